-- A block that is lifted looks for the acts that rest on it.
create index act_of_block on incidents.act (workspace_id, (outcome->>'blockId')) where action in ('block-client', 'block-input');
