import avro from 'avsc';
import { orderOf } from './values.ts';

/** The schema of the orders of `orderOf`. */
export const AVRO_ORDER = JSON.stringify({
  type: 'record',
  name: 'Order',
  fields: [
    { name: 'id', type: 'long' },
    { name: 'customer', type: 'string' },
    { name: 'amount', type: 'double' },
    { name: 'note', type: 'string' },
  ],
});

/** The same orders as `orderOf`, as the serializer of Confluent writes them. */
export function avroOrderOf(bytes: number, schemaId: number): (i: number) => Buffer {
  const type = avro.Type.forSchema(JSON.parse(AVRO_ORDER) as avro.Schema);
  const order = orderOf(bytes);
  const header = Buffer.alloc(5);
  header.writeUInt32BE(schemaId, 1);
  return (i) => Buffer.concat([header, type.toBuffer(JSON.parse(order(i).toString()))]);
}
