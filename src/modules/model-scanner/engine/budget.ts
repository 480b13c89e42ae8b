/** One budget per root file, threaded through every reader. A breach ends that branch, never the scan. */

export type Limits = {
  readonly depth: number;
  readonly outputBytes: number;
  /** Output may be this many times the input, once above `ratioFloorBytes`. */
  readonly outputRatio: number;
  readonly ratioFloorBytes: number;
  readonly members: number;
  readonly readBytes: number;
  readonly wallMs: number;
  /** Largest decompressed member that is held in memory. */
  readonly heldBytes: number;
};

/** Defaults of model-scanner.md sections 6 and 11. */
export const defaultLimits: Limits = {
  depth: 8,
  outputBytes: 4 * 2 ** 30,
  outputRatio: 200,
  ratioFloorBytes: 64 * 2 ** 20,
  members: 100_000,
  readBytes: 2 ** 30,
  wallMs: 60_000,
  heldBytes: 32 * 2 ** 20,
};

/** Thrown inside readers and caught at the branch: becomes an `unread` fact with reason 'budget'. */
export class BudgetExceeded extends Error {
  override readonly name = 'BudgetExceeded';
  readonly limit: keyof Limits;
  constructor(limit: keyof Limits, detail: string) {
    super(detail);
    this.limit = limit;
  }
}

export class Budget {
  readonly limits: Limits;
  readonly #startedAt = performance.now();
  #read = 0;
  #output = 0;
  #members = 0;
  #inputBytes: number;
  constructor(limits: Limits = defaultLimits, inputBytes = 0) {
    this.limits = limits;
    this.#inputBytes = inputBytes;
  }
  get bytesRead(): number {
    return this.#read;
  }
  setInputBytes(bytes: number): void {
    this.#inputBytes = bytes;
  }
  spendRead(bytes: number): void {
    this.#read += bytes;
    if (this.#read > this.limits.readBytes)
      throw new BudgetExceeded('readBytes', `more than ${this.limits.readBytes} bytes would have to be read`);
    this.checkTime();
  }
  /** Before decompressing: how much more output is allowed, in bytes. */
  outputAllowance(): number {
    const byRatio = Math.max(this.limits.ratioFloorBytes, this.#inputBytes * this.limits.outputRatio);
    return Math.max(0, Math.min(this.limits.outputBytes, byRatio) - this.#output);
  }
  spendOutput(bytes: number): void {
    const allowance = this.outputAllowance();
    this.#output += bytes;
    if (bytes > allowance) throw new BudgetExceeded('outputBytes', `decompressed content exceeds ${Math.round(allowance)} more bytes`);
  }
  spendMember(): void {
    this.#members += 1;
    if (this.#members > this.limits.members) throw new BudgetExceeded('members', `more than ${this.limits.members} members`);
  }
  checkDepth(depth: number): void {
    if (depth > this.limits.depth) throw new BudgetExceeded('depth', `nested deeper than ${this.limits.depth} containers`);
  }
  checkTime(): void {
    if (performance.now() - this.#startedAt > this.limits.wallMs)
      throw new BudgetExceeded('wallMs', `took longer than ${this.limits.wallMs} ms`);
  }
}
