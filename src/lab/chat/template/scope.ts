/** Names of a template and what they stand for; a loop and a macro have names of their own, which end with them. */
import type { Value } from './values';

export class Scope {
  private readonly names = new Map<string, Value>();

  constructor(readonly parent?: Scope) {}

  set(name: string, value: Value): void {
    this.names.set(name, value);
  }

  has(name: string): boolean {
    return this.names.has(name) || (this.parent?.has(name) ?? false);
  }

  get(name: string): Value {
    if (this.names.has(name)) return this.names.get(name);
    return this.parent?.get(name);
  }
}
