import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteBudget, type Reservation } from '../../../../host/kafka/consume/byte-budget.ts';

test('what fits is granted at once, and the next one when enough is given back', async () => {
  const budget = new ByteBudget(100);
  const first = budget.reserve(60);
  const second = budget.reserve(50);
  expect([first.granted, second.granted, budget.usedBytes]).toEqual([true, false, 60]);
  first.release();
  await second.whenGranted;
  expect([second.granted, budget.usedBytes]).toEqual([true, 50]);
});

test('one that is larger than the budget is granted when it is alone, and keeps its place before smaller ones', () => {
  const budget = new ByteBudget(100);
  const first = budget.reserve(10);
  const large = budget.reserve(500);
  const small = budget.reserve(1);
  expect([large.granted, small.granted]).toEqual([false, false]);
  first.release();
  expect([large.granted, small.granted, budget.usedBytes]).toEqual([true, false, 500]);
  large.release();
  expect([small.granted, budget.usedBytes]).toEqual([true, 1]);
});

test('one that gives up its place lets the next one pass', () => {
  const budget = new ByteBudget(100);
  budget.reserve(60);
  const large = budget.reserve(90);
  const small = budget.reserve(40);
  large.release();
  expect([small.granted, budget.usedBytes]).toEqual([true, 100]);
});

test('bytes are given back once, however often that is said', () => {
  const budget = new ByteBudget(100);
  const first = budget.reserve(60);
  budget.reserve(40);
  first.release();
  first.release();
  expect(budget.usedBytes).toBe(40);
});

test('there is never more in use than the budget, but for one alone; in the end everybody was served, in order', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ bytes: fc.integer({ min: 1, max: 150 }), releases: fc.nat({ max: 3 }) })), (requests) => {
      const budget = new ByteBudget(100);
      const open: Reservation[] = [];
      const check = (): void => {
        const granted = open.map((reservation) => reservation.granted);
        expect(granted.indexOf(false) === -1 || !granted.slice(granted.indexOf(false)).includes(true)).toBe(true);
        if (granted.filter(Boolean).length > 1) expect(budget.usedBytes).toBeLessThanOrEqual(100);
        expect(open.length === 0 || granted[0]).toBe(true);
      };
      for (const { bytes, releases } of requests) {
        open.push(budget.reserve(bytes));
        check();
        for (let i = 0; i < releases; i++) open.shift()?.release();
        check();
      }
      for (const reservation of open) reservation.release();
      expect(budget.usedBytes).toBe(0);
    }),
  );
});
