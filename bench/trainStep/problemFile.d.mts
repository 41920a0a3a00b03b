export function writeProblem(file: string): void;
