/** The part of seek-bzip that is used; the package publishes no types. */
declare module 'seek-bzip' {
  type Input = { readByte(): number; read(target: Uint8Array, offset: number, length: number): number; eof(): boolean };
  type Output = { writeByte(byte: number): void };
  const Bunzip: { decode(input: Input, output: Output, multistream: boolean): unknown };
  export default Bunzip;
}
