import { descriptorOf, type Problem } from '../problems/kinds.ts';

/** In a few words: the first of the problems that hold a program back, and how many more there are. */
export function whyHeld(problems: readonly Problem[]): string {
  const [first] = problems;
  const what = first === undefined ? '' : descriptorOf(first).inShort(first);
  return problems.length > 1 ? `${what}, and ${problems.length - 1} more` : what;
}
