-- What is under way or proposed for an asset, so that a second attack on the same data set asks nothing twice of the models trained on it.
create index act_of_asset on incidents.act (workspace_id, (parameters->>'assetId')) where action in ('quarantine-asset', 'require-review');
