import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { compare, mean, tableOf } from './compare.ts'
import { exportClassifier } from './export.ts'
import { makeFlowers, parseFlowers } from './flowers.ts'

const path = fileURLToPath(new URL('../../../../shared/data/iris.csv', import.meta.url))
if (!existsSync(path)) console.log(`the example on real irises is skipped: ${path} is missing`)

describe('iris classics', () => {
  const flowers = makeFlowers(12, 3)

  it('tells made-up flowers apart, and exports what it learned', () => {
    const rows = compare(flowers, { trees: 10, folds: 3 })
    expect(tableOf(rows).split('\n')).toHaveLength(5)
    for (const { name, make, scores } of rows) {
      expect(mean(scores), name).toBeGreaterThan(0.85)
      const { findings, different } = exportClassifier(make().fit(flowers.X, flowers.y), flowers.X)
      expect([name, findings, different]).toEqual([name, 0, 0])
    }
  })

  it('reads tables', () => {
    expect(parseFlowers('a,b,kind\r\n1,2.5,x\n3,4,y\n')).toEqual({
      X: [
        [1, 2.5],
        [3, 4],
      ],
      y: ['x', 'y'],
    })
  })

  it.skipIf(!existsSync(path))('tells irises apart', () => {
    const rows = compare(parseFlowers(readFileSync(path, 'utf8')), { trees: 20, folds: 5 })
    expect(rows.slice(0, 2).map(({ scores }) => mean(scores).toFixed(4))).toEqual(['0.9733', '0.9733'])
  })
})
