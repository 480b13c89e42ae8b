/** Wakes whoever delivers in this process; others look by themselves every second. */
let waker: () => void = () => {};

export function installWaker(wake: (() => void) | null): void {
  waker = wake ?? (() => {});
}

export function wakeDeliveries(): void {
  waker();
}
