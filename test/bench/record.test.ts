import { describe, expect, it } from 'vitest';
import { peakOf } from '../../bench/gpu/peak';
import { withTables } from '../../bench/gpu/record';

const place = '# Performance\n\n<!-- tables of bench:gpu -->\n\n## Memory\n';
const part = (value: string) => ({ name: 'products', table: [['n', 'GFLOP/s'], [], ['512', value]] });

describe('the tables of bench:gpu', () => {
  it('stand in their place, a part each, with why one failed', () => {
    const text = withTables(place, 'Card A', '2026-01-02', [
      part('7 | 8'),
      { name: 'step', failure: 'took longer than 5 s\nat …' },
    ]);
    expect(text).toBe(
      [
        '# Performance\n\n<!-- tables of bench:gpu -->\n\n<!-- bench:gpu of Card A -->\n\n### Card A, 2026-01-02\n',
        '**products**\n\n| n | GFLOP/s |\n| --- | --- |\n| 512 | 7 \\| 8 |\n',
        '**step**: took longer than 5 s\n\n<!-- end of bench:gpu -->\n\n## Memory\n',
      ].join('\n'),
    );
  });

  it('replace those of the same adapter alone', () => {
    const first = withTables(withTables(place, 'Card A', '1', [part('1')]), 'Card B', '1', [part('2')]);
    const again = withTables(first, 'Card A', '2', [part('3')]);
    expect(again).toContain('| 512 | 2 |');
    expect(again).toContain('| 512 | 3 |');
    expect(again).not.toContain('| 512 | 1 |');
    expect(again.split('## Memory')).toHaveLength(2);
    expect(() => withTables('# Performance', 'Card A', '1', [])).toThrow('tables of bench:gpu');
  });

  it('know the peak of listed cards alone', () => {
    expect(peakOf('NVIDIA H200')).toBe(67_000);
    expect(peakOf('NVIDIA H100 PCIe')).toBe(51_000);
    expect(peakOf('NVIDIA L40S')).toBe(91_600);
    expect(peakOf('Some card')).toBeUndefined();
    expect(peakOf(undefined)).toBeUndefined();
  });
});
