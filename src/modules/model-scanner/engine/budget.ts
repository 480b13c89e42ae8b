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

/** One gap has 1,000 at most. */
const mostCarved = 2000;

/** Thrown inside readers and caught at the branch: becomes an `unread` fact with reason 'budget'. */
export class BudgetExceeded extends Error {
  override readonly name = 'BudgetExceeded';
  readonly limit: keyof Limits;
  constructor(limit: keyof Limits, detail: string) {
    // Every branch of a file may end with one: where in our code is asked by nobody.
    const frames = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(detail);
    Error.stackTraceLimit = frames;
    this.limit = limit;
  }
}

export class Budget {
  readonly limits: Limits;
  readonly #startedAt = performance.now();
  #read = 0;
  #output = 0;
  #members = 0;
  #carved = 0;
  #declaredNumbers = 0;
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
    const byRatio = Math.max(this.limits.ratioFloorBytes, this.#inputBytes * this.limits.outputRatio) + this.#declaredNumbers;
    return Math.max(0, Math.min(this.limits.outputBytes, byRatio) - this.#output);
  }
  spendOutput(bytes: number): void {
    const allowance = this.outputAllowance();
    this.#output += bytes;
    if (bytes > allowance) throw new BudgetExceeded('outputBytes', `decompressed content exceeds ${Math.round(allowance)} more bytes`);
  }
  /**
   * Numbers of arrays whose headers say how many there are: a loader makes room for them before it reads, so that they are no surprise
   * however well they are compressed. They do not count for the ratio; they count for `outputBytes`.
   */
  declareNumbers(bytes: number): void {
    this.#declaredNumbers = Math.max(this.#declaredNumbers, bytes);
  }
  /** What was spent until now: given back by `refund` for content that has to be unpacked again. Time is never given back. */
  get outputSpent(): number {
    return this.#output;
  }
  refund(spentBefore: number): void {
    this.#output = Math.min(this.#output, spentBefore);
  }
  spendMember(): void {
    this.#members += 1;
    if (this.#members > this.limits.members) throw new BudgetExceeded('members', `more than ${this.limits.members} members`);
  }
  /**
   * Members that no directory lists, found by what they look like. Each may hold the headers of those behind it, which hold others again:
   * without an end to them a file of 1,500 bytes has thousands.
   */
  spendCarved(): void {
    this.#carved += 1;
    if (this.#carved > mostCarved) throw new BudgetExceeded('members', `more than ${mostCarved} members that no directory lists`);
  }
  checkDepth(depth: number): void {
    if (depth > this.limits.depth) throw new BudgetExceeded('depth', `nested deeper than ${this.limits.depth} containers`);
  }
  checkTime(): void {
    if (performance.now() - this.#startedAt > this.limits.wallMs)
      throw new BudgetExceeded('wallMs', `took longer than ${this.limits.wallMs} ms`);
  }
}
