// The table of functions. Each family registers its functions in its file, with Go's parameter types, which decide what an argument may be and how an
// error reads.

/** What a function gets: the address of its arguments, their number, and where to put the result. */
export type Body = (argv: usize, count: u32, out: usize) => void;

export class Callable {
  /** The table index of the body. */
  readonly code: u32;
  /** Number of parameters that are not variadic. */
  readonly fixed: u32;
  /** The type of the variadic parameter; 0 for none. */
  readonly variadic: u32;
  readonly shortCircuit: bool;
  readonly isOr: bool;
  private readonly types: u64;

  constructor(
    readonly name: string,
    signature: string,
    body: Body,
  ) {
    this.code = body.index;
    let fixed: u32 = 0;
    let types: u64 = 0;
    let variadic: u32 = 0;
    for (let i = 0; i < signature.length; i++) {
      const c = signature.charAt(i);
      const type: u32 = 'avsifbmtl'.indexOf(c.toLowerCase()) + 1;
      if (c != c.toLowerCase()) variadic = type;
      else {
        types |= (<u64>type) << (<u64>fixed * 4);
        fixed++;
      }
    }
    this.fixed = fixed;
    this.types = types;
    this.variadic = variadic;
    this.shortCircuit = name == 'and' || name == 'or';
    this.isOr = name == 'or';
  }


  @inline
  typeOf(i: u32): u32 {
    return i < this.fixed ? (<u32>(this.types >> (<u64>i * 4))) & 15 : this.variadic;
  }
}

const table: Callable[] = [];
const numbers: Map<string, i32> = new Map();

/**
 * Adds a function. The signature has one letter a parameter, in capitals if it is variadic: a interface {}, v reflect.Value, s string, i int, f float64,
 * b bool, m map[string]interface {}, t time.Time.
 */
export function register(name: string, signature: string, body: Body): void {
  numbers.set(name, table.push(new Callable(name, signature, body)) - 1);
}


@inline
export function functionAt(index: u32): Callable {
  return unchecked(table[index]);
}

/** The number of a registered function; -1: there is none of this name. */
export function registered(name: string): i32 {
  return numbers.has(name) ? numbers.get(name) : -1;
}


@inline
export function registeredCount(): i32 {
  return table.length;
}
