/** Values like small JSON orders: text that compresses as real data does, different in every record. */
export function orderOf(bytes: number): (i: number) => Buffer {
  return (i) => {
    const head = `{"id":${i},"customer":"c-${(i * 7919) % 99991}","amount":${((i * 31) % 100000) / 100},"note":"`;
    let filler = '';
    for (let n = i; head.length + filler.length < bytes - 2; n = (n * 1103515245 + 12345) % 2147483648) filler += n.toString(36);
    return Buffer.from(`${head}${filler.slice(0, Math.max(0, bytes - 2 - head.length))}"}`);
  };
}
