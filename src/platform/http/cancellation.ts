/** Whether the caller is still there. The signal is made when somebody asks for it: most requests end before anybody could. */
export class Cancellation {
  #controller: AbortController | null = null;
  #cancelled = false;

  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#cancelled) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  cancel(): void {
    this.#cancelled = true;
    this.#controller?.abort();
  }
}
