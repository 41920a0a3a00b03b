/** Choices of a specification in words. */
import { msg } from '@lit/localize';
import type { WrittenSpec } from '../../worker/index';

type Arm = WrittenSpec['arms'][string];
type Method = NonNullable<Arm['vocabulary']>['method'];
type Group = keyof NonNullable<Arm['stages']>[number]['moves'];

const methods: Readonly<Record<Method, () => string>> = {
  continued: () => msg('continued merges'),
  independent: () => msg('merges of their own'),
  added: () => msg('whole words'),
  atomic: () => msg('an alphabet of atoms'),
};

const groups: Readonly<Record<Group, () => string>> = {
  everything: () => msg('Everything moves at'),
  newRows: () => msg('New rows move at'),
  oldRows: () => msg('Old rows move at'),
  body: () => msg('The body moves at'),
  norms: () => msg('Norms move at'),
  adapters: () => msg('Adapters move at'),
};

export const methodName = (method: string): string => methods[method as Method]?.() ?? method;
export const groupName = (group: string): string => groups[group as Group]?.() ?? group;
