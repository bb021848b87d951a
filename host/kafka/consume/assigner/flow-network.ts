/**
 * Finds the best number of partitions of each topic for each member, as a minimum-cost flow. An assignment is optimal when no cycle of moves lowers its
 * cost. Bellman and Ford's algorithm finds a cycle that does. The first assignment is nearly optimal, so few cycles are needed: about one for each
 * partition that must move.
 *
 * Nodes are the members, the topics, and one balance node. A unit that flows member -> topic -> member is a partition that changes its owner;
 * one that flows balance node -> member -> ... -> member -> balance node changes the loads of the two members.
 *
 * All numbers are kept in typed arrays. The `!` after their elements only tell the compiler that an index is in range: the arrays have an element
 * for each member, for each pair of member and topic, or for each node, and no other index is used.
 */
export class FlowNetwork {
  readonly #members: number;
  /** Indexes of members, by topic. */
  readonly #subscribers: readonly (readonly number[])[];
  readonly #loads: Int32Array;
  /** By member, then topic. */
  readonly #held: Int32Array;
  /** The number of those partitions that the member had before. */
  readonly #kept: Int32Array;
  #total = 0;

  constructor(members: number, subscribers: readonly (readonly number[])[]) {
    this.#members = members;
    this.#subscribers = subscribers;
    this.#loads = new Int32Array(members);
    this.#held = new Int32Array(members * subscribers.length);
    this.#kept = new Int32Array(members * subscribers.length);
  }

  /** Partitions of all topics. */
  load(member: number): number {
    return this.#loads[member]!;
  }

  /** Partitions of one topic. */
  held(member: number, topic: number): number {
    return this.#held[this.#at(member, topic)]!;
  }

  /** Gives the member one more partition that it had before. Taking it away costs a move. */
  keep(member: number, topic: number): void {
    this.#kept[this.#at(member, topic)]!++;
    this.place(member, topic);
  }

  /** Gives the member one more partition that it did not have before. */
  place(member: number, topic: number): void {
    this.#held[this.#at(member, topic)]!++;
    this.#loads[member]!++;
    this.#total++;
  }

  /** Moves partitions until the sum of the squared loads is minimal, with the fewest moves. */
  optimise(): void {
    for (let cycle = this.#cheaperCycle(); cycle !== null; cycle = this.#cheaperCycle()) this.#turn(cycle);
  }

  get #balance(): number {
    return this.#members + this.#subscribers.length;
  }

  #at(member: number, topic: number): number {
    return member * this.#subscribers.length + topic;
  }

  /** The edges of a cycle with negative cost; null if there is none. */
  #cheaperCycle(): Edge[] | null {
    const parents = new Int32Array(this.#balance + 1).fill(-1);
    const costs = new Float64Array(this.#balance + 1);
    let changed: boolean;
    const relax = (from: number, to: number, cost: number): void => {
      if (costs[from]! + cost >= costs[to]!) return;
      costs[to] = costs[from]! + cost;
      parents[to] = from;
      changed = true;
    };
    do {
      changed = false;
      for (let member = 0; member < this.#members; member++) {
        relax(member, this.#balance, this.#cost(member, this.#balance));
        if (this.#loads[member]! > 0) relax(this.#balance, member, this.#cost(this.#balance, member));
      }
      this.#subscribers.forEach((subscribers, topic) => {
        const node = this.#members + topic;
        for (const member of subscribers) {
          if (this.#held[this.#at(member, topic)]! > 0) relax(member, node, this.#cost(member, node));
        }
        for (const member of subscribers) relax(node, member, this.#cost(node, member));
      });
      const cycle = changed ? cycleIn(parents) : null;
      if (cycle !== null) return cycle;
    } while (changed);
    return null;
  }

  /** The cost of one more unit. A more even load is worth more than all moves together. */
  #cost(from: number, to: number): number {
    const weight = this.#total + 1;
    if (to === this.#balance) return (2 * this.#loads[from]! + 1) * weight;
    if (from === this.#balance) return (1 - 2 * this.#loads[to]!) * weight;
    const gives = from < this.#members;
    const at = gives ? this.#at(from, to - this.#members) : this.#at(to, from - this.#members);
    const [held, kept] = [this.#held[at]!, this.#kept[at]!];
    if (gives) return held > kept ? 0 : 1;
    return held < kept ? -1 : 0;
  }

  /** The number of units that an edge takes at the cost of the first one, without the cost of loads. */
  #room({ from, to }: Edge): number {
    if (from === this.#balance || to === this.#balance) return Number.POSITIVE_INFINITY;
    const gives = from < this.#members;
    const at = gives ? this.#at(from, to - this.#members) : this.#at(to, from - this.#members);
    const [held, kept] = [this.#held[at]!, this.#kept[at]!];
    if (gives) return held > kept ? held - kept : held;
    return held < kept ? kept - held : Number.POSITIVE_INFINITY;
  }

  /** Sends units around the cycle as long as they lower the cost. */
  #turn(cycle: readonly Edge[]): void {
    const cost = cycle.reduce((sum, { from, to }) => sum + this.#cost(from, to), 0);
    // Each unit raises the cost of the next one's two changes of load by two.
    const step = cycle.some(({ to }) => to === this.#balance) ? 4 * (this.#total + 1) : 0;
    const cheaper = step === 0 ? Number.POSITIVE_INFINITY : Math.ceil(-cost / step);
    const units = Math.min(cheaper, ...cycle.map((edge) => this.#room(edge)));
    for (const { from, to } of cycle) {
      if (to === this.#balance) this.#loads[from]! += units;
      else if (from === this.#balance) this.#loads[to]! -= units;
      else if (from < this.#members) this.#held[this.#at(from, to - this.#members)]! -= units;
      else this.#held[this.#at(to, from - this.#members)]! += units;
    }
  }
}

interface Edge {
  from: number;
  to: number;
}

/** A cycle among the parents of Bellman and Ford's algorithm; it always has negative cost. */
function cycleIn(parents: Int32Array): Edge[] | null {
  /** For each node, the start from which it was reached first. */
  const reached = new Int32Array(parents.length).fill(-1);
  for (let start = 0; start < parents.length; start++) {
    let node = start;
    while (node >= 0 && reached[node]! < 0) {
      reached[node] = start;
      node = parents[node]!;
    }
    if (node < 0 || reached[node] !== start) continue;
    const cycle: Edge[] = [];
    let to = node;
    do {
      cycle.push({ from: parents[to]!, to });
      to = parents[to]!;
    } while (to !== node);
    return cycle;
  }
  return null;
}
