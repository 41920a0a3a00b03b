export function serve(name: string, step: () => Promise<number>): Promise<void>;
export function installGpu(): Promise<GPU>;
