// Evaluates a template with the record that was read last.
import { evaluate } from './evaluate';
import { Template } from './template';
import { RECORD_VALUE, useRecord } from './values/data';
import { begin, close, open } from './values/text';
import { addressOf, newValue } from './values/value';

/** The text that `render` made, in the arena. */
export let renderedAt: usize = 0;
export let renderedSize: u32 = 0;

/** Evaluates the template. Returns the error, empty if there is none. */
export function render(template: Template): string {
  begin();
  useRecord();
  const value = newValue();
  open();
  const error = evaluate(template, RECORD_VALUE);
  close(value);
  renderedAt = addressOf(value);
  renderedSize = value.size;
  return error;
}
