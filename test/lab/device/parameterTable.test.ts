import { describe, expect, it } from 'vitest';
import { ModelGraphs } from '../../../src/lab/device/modelGraphs';
import { openModel } from '../../../src/lab/index';
import { modeGroups } from '../../../src/lab/training/trainSettings';
import { tinyLlama } from '../vocabulary/letters';

const graft = { firstNewId: 10, count: 3, newEmbeddingRows: 16 };
const body = ['body', 'norms'];

describe('the parameter table', () => {
  it.each([
    { tied: true, maxBindingBytes: 2 ** 27 },
    { tied: false, maxBindingBytes: 2 ** 27 },
    { tied: false, maxBindingBytes: 300, spareRows: 6 },
  ])('holds every row of every tensor once, new rows apart: %o', async ({ maxBindingBytes, ...options }) => {
    const model = await openModel(await tinyLlama(options), 'folder');
    const { parameters } = new ModelGraphs({ model, graft, moves: modeGroups['new-rows'], maxBindingBytes });
    for (const { name, shape, role } of model.parameters) {
      const isVocabulary = role !== 'body';
      const rows = parameters.filter(({ tensor }) => tensor === name).sort((a, b) => a.firstRow - b.firstRow);
      let next = 0;
      for (const row of rows) {
        expect(row).toMatchObject({ firstRow: next, role });
        expect(row.shape.slice(1)).toEqual(shape.slice(1));
        const isNew = isVocabulary && next >= graft.firstNewId && next < graft.firstNewId + graft.count;
        expect(row.origin).toBe(isNew ? 'graft' : 'checkpoint');
        if (isVocabulary) expect(row.group).toBe(isNew ? 'newRows' : 'oldRows');
        else expect(row.group).toBe(shape.length > 1 ? 'body' : 'norms');
        next += row.shape[0]!;
      }
      expect(next).toBe(isVocabulary ? graft.newEmbeddingRows : shape[0]);
    }
  });

  it.each([
    ['new-rows', ['newRows']],
    ['embeddings', ['newRows', 'oldRows']],
    ['all', ['newRows', 'oldRows', ...body]],
    [undefined, []],
  ] as const)('is what the mode %s moves, in the graph and in the optimizer alike', async (mode, groups) => {
    const model = await openModel(await tinyLlama({ tied: false }), 'folder');
    const graphs = new ModelGraphs({
      model,
      graft,
      maxBindingBytes: 2 ** 27,
      ...(mode ? { moves: modeGroups[mode] } : {}),
    });
    const { graph, ...outputs } = graphs.build(8, { outputs: 'loss' });
    const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
    const moved = [...read].filter(({ trainable }) => trainable).map(({ name }) => name);
    const trained = graphs.trained.map(({ name }) => name);
    expect(moved.sort()).toEqual([...trained].sort());
    const options = graphs.trainingOptions({ graph, ...outputs }, { weightDecay: 0.1, clipNorm: 1 } as never, 1);
    expect(Object.keys(options.groups).sort()).toEqual([...groups].sort());
    expect(Object.values(options.groups).flatMap(({ parameters }) => [...parameters])).toHaveLength(trained.length);
  });
});
