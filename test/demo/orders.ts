export const TOMBSTONE_EVERY = 5000;
/** The header that says which order a record is: a tombstone has nothing else to tell it by. */
export const ORDER_HEADER = 'order';

export interface OrderMessage {
  readonly key: string;
  /** Null is a tombstone: the order was cancelled. */
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

const CITIES = ['Zürich', 'São Paulo', '東京', 'Kraków', 'Reykjavík', 'Nairobi', 'Montréal', 'Đà Nẵng'];
const ITEMS = ['tea', 'coffee & cake', 'bread <rye>', '"quoted" jam', 'crème brûlée', 'noodles 🍜', 'salt\tand pepper'];
const SHOPS = ['web', 'phone', 'market'];

// A small linear congruential generator: order number n is the same on every machine, so that it can be checked without being kept.
const mix = (number: number, salt: number): number => (Math.imul(number + 1, 2_654_435_761) ^ Math.imul(salt + 1, 1_597_334_677)) >>> 8;
const pick = <T>(list: readonly T[], number: number): T => list[number % list.length] as T;

/** Order number `number`, as it lies in Kafka. */
export function order(number: number): OrderMessage {
  const headers = { [ORDER_HEADER]: String(number), shop: pick(SHOPS, mix(number, 1)), trace: mix(number, 2).toString(16) };
  const key = `customer-${mix(number, 3) % 5000}`;
  if (number % TOMBSTONE_EVERY === TOMBSTONE_EVERY - 1) return { key, value: null, headers };
  const lines = Array.from({ length: 1 + (mix(number, 4) % 4) }, (_, line) => ({
    item: pick(ITEMS, mix(number, 10 + line)),
    count: 1 + (mix(number, 20 + line) % 9),
    price: (mix(number, 30 + line) % 10_000) / 100,
  }));
  const value = {
    id: number,
    placed: new Date(Date.UTC(2026, 0, 1) + number * 1000).toISOString(),
    city: pick(CITIES, mix(number, 5)),
    express: mix(number, 6) % 3 === 0,
    note: mix(number, 7) % 4 === 0 ? null : `${mix(number, 8)}`.repeat(1 + (mix(number, 9) % 12)),
    lines,
  };
  return { key, value: JSON.stringify(value), headers };
}
