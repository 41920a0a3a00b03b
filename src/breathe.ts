// A turn for the event loop within long loops, so that a cancellation can arrive and progress can leave.

/** A macrotask: messages and timers get their turn. setTimeout would cost at least 4 ms a call in browsers. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      resolve();
    };
    channel.port2.postMessage(null);
  });
}
