import { describe, expect, it } from 'vitest';
import { tidyFaults } from '../tidy/rules.ts';
import { decisionFile, withErrorRow } from './texts.ts';

describe('decisionFile', () => {
  it('takes the next number and passes the rules for decisions', () => {
    const { file, text } = decisionFile(['0001-a.md', '0009-b.md', 'README.md'], 'plain-sql');
    expect(file).toBe('0010-plain-sql.md');
    expect(text).toMatch(/^# Plain sql\n/);
    expect(tidyFaults([{ path: `docs/decisions/${file}`, text }])).toEqual([]);
  });

  it('begins with 0001', () => {
    expect(decisionFile([], 'a').file).toBe('0001-a.md');
  });
});

describe('withErrorRow', () => {
  const catalogue = `export const ERRORS = {\n  key_wrong: row(401, 'Wrong', 'Fix.'),\n} satisfies Rows;\n`;

  it('adds the row at the end of the catalogue', () => {
    expect(withErrorRow(catalogue, 'cart_empty').split('\n').slice(1, 4)).toEqual([
      "  key_wrong: row(401, 'Wrong', 'Fix.'),",
      "  cart_empty: row(400, 'Cart empty', 'Say what the caller has to do.'),",
      '} satisfies Rows;',
    ]);
  });

  it('refuses a code that is there', () => {
    expect(() => withErrorRow(catalogue, 'key_wrong')).toThrow('is in the catalogue');
  });
});
