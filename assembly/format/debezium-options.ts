/** The field for raw data that is no JSON object. */
export const OPENCDC_RAW_DATA = 'opencdc.rawData';

/** Options of `debezium/json`. */
export class DebeziumOptions {
  schemaName: string = '';
  rawDataKey: string = OPENCDC_RAW_DATA;
}
