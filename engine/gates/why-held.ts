import { descriptorOf, type Problem } from '../problems/kinds.ts';

/** Returns a short text: the first of the problems that hold a program, and how many more there are. */
export function whyHeld(problems: readonly Problem[]): string {
  const [first] = problems;
  const what = first === undefined ? '' : descriptorOf(first).inShort(first);
  return problems.length > 1 ? `${what}, and ${problems.length - 1} more` : what;
}
