/**
 * The 68 opcodes of pickle protocols 0–5: byte, name, how the argument is written, first protocol.
 * @source Python documentation of `pickletools`; the names are the ones `pickletools.genops` prints.
 */

/** `lines1`: one newline-terminated text, `lines2`: two. `text1/4/8` and `bytes1/4/8`: counted by 1, 4 or 8 bytes. */
type ArgumentKind =
  | 'none'
  | 'u1'
  | 'u2'
  | 'i4'
  | 'u4'
  | 'u8'
  | 'float8'
  | 'long1'
  | 'long4'
  | 'lines1'
  | 'lines2'
  | 'text1'
  | 'text4'
  | 'text8'
  | 'bytes1'
  | 'bytes4'
  | 'bytes8'
  | 'string1'
  | 'string4';

type Opcode = { readonly code: number; readonly name: string; readonly argument: ArgumentKind; readonly protocol: number };

const rows = `
( MARK none 0|. STOP none 0|0 POP none 0|2 DUP none 0|F FLOAT lines1 0|I INT lines1 0|L LONG lines1 0|N NONE none 0
P PERSID lines1 0|R REDUCE none 0|S STRING lines1 0|V UNICODE lines1 0|a APPEND none 0|b BUILD none 0|c GLOBAL lines2 0
d DICT none 0|g GET lines1 0|i INST lines2 0|l LIST none 0|p PUT lines1 0|s SETITEM none 0|t TUPLE none 0
1 POP_MARK none 1|J BININT i4 1|K BININT1 u1 1|M BININT2 u2 1|Q BINPERSID none 1|T BINSTRING string4 1|U SHORT_BINSTRING string1 1
X BINUNICODE text4 1|} EMPTY_DICT none 1|e APPENDS none 1|h BINGET u1 1|j LONG_BINGET u4 1|] EMPTY_LIST none 1|o OBJ none 1
q BINPUT u1 1|r LONG_BINPUT u4 1|u SETITEMS none 1|) EMPTY_TUPLE none 1|G BINFLOAT float8 1
80 PROTO u1 2|81 NEWOBJ none 2|82 EXT1 u1 2|83 EXT2 u2 2|84 EXT4 i4 2|85 TUPLE1 none 2|86 TUPLE2 none 2|87 TUPLE3 none 2
88 NEWTRUE none 2|89 NEWFALSE none 2|8a LONG1 long1 2|8b LONG4 long4 2|B BINBYTES bytes4 3|C SHORT_BINBYTES bytes1 3
8c SHORT_BINUNICODE text1 4|8d BINUNICODE8 text8 4|8e BINBYTES8 bytes8 4|8f EMPTY_SET none 4|90 ADDITEMS none 4|91 FROZENSET none 4
92 NEWOBJ_EX none 4|93 STACK_GLOBAL none 4|94 MEMOIZE none 4|95 FRAME u8 4|96 BYTEARRAY8 bytes8 5|97 NEXT_BUFFER none 5
98 READONLY_BUFFER none 5`;

function parseRow(row: string): Opcode {
  const [mark = '', name = '', argument = 'none', protocol = '0'] = row.split(' ');
  const code = mark.length === 1 ? mark.charCodeAt(0) : Number.parseInt(mark, 16);
  return { code, name, argument: argument as ArgumentKind, protocol: Number(protocol) };
}

export const opcodes: readonly Opcode[] = rows.trim().split(/[|\n]/).map(parseRow);

const byByte: (Opcode | undefined)[] = new Array(256).fill(undefined);
for (const opcode of opcodes) byByte[opcode.code] = opcode;

/** The opcode a byte stands for, or undefined. */
export const opcodeOf = (byte: number): Opcode | undefined => byByte[byte];

const byName = new Map(opcodes.map((opcode) => [opcode.name, opcode]));

/** The byte of an opcode name; -1 for a name that is none. */
export const codeOf = (name: string): number => byName.get(name)?.code ?? -1;
