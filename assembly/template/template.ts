// A parsed template.
import { Node, freeAll } from './node';

/** A parsed template with those that it defines. */
export class Template {
  /** Names of the templates, and the list node of each. */
  names: string[] = [];
  roots: usize[] = [];
  /** The error, empty if there is none. */
  error: string = '';
  kept: usize[] = [];
  begin: usize = 0;

  constructor(
    readonly name: string,
    /** True: a missing key of a map is an error. */
    readonly missingKeyIsError: bool,
  ) {}

  root(name: string): Node | null {
    const i = this.names.indexOf(name);
    return i < 0 ? null : changetype<Node>(this.roots[i]);
  }

  free(): void {
    freeAll(this.kept);
  }
}
