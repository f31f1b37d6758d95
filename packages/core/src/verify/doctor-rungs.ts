/** The ladder of the doctor, from the bytes up. */
import type { VerifyStage } from './define-stage.ts'
import { check } from './stages/check.ts'
import { finite } from './stages/finite.ts'
import { limits } from './stages/limits.ts'
import { operators } from './stages/operators.ts'
import { parity } from './stages/parity.ts'
import { rewrites } from './stages/rewrites.ts'
import { sessions } from './stages/sessions.ts'
import { shapes } from './stages/shapes.ts'
import { targets } from './stages/targets.ts'

export interface RungSpec {
  readonly question: string
  readonly stage: VerifyStage
  /** What helps, beside what the findings themselves say. */
  readonly advice: readonly string[]
}

export const rungs: readonly RungSpec[] = [
  {
    question: 'Can the file be read?',
    stage: limits,
    advice: ['Export the model again; a file that was cut short or is no ONNX model cannot be repaired.'],
  },
  {
    question: 'Is its structure sound?',
    stage: check,
    advice: ['Fix the first finding first: later ones often follow from it.'],
  },
  {
    question: 'Is every operator known?',
    stage: operators,
    advice: [
      'An operator of a newer set: slipway convert --opset. One that the exporter defined itself: keep its function.',
    ],
  },
  {
    question: 'Do types and shapes follow?',
    stage: shapes,
    advice: ['Look at the first node that is named: what it reads has the wrong type or shape.'],
  },
  {
    question: 'Do the target runtimes accept it?',
    stage: targets,
    advice: ['slipway convert --opset 21 gives a model that most runtimes in use read.'],
  },
  {
    question: 'Can each engine open it?',
    stage: sessions,
    advice: ['Try another engine with --engines; an engine that refuses an operator names it.'],
  },
  {
    question: 'Does it run, with finite outputs?',
    stage: finite,
    advice: [
      'Give real inputs with --input and their shapes with --shape: random ones may be out of range.',
      'Overflow in float16 and division by zero show in the first node that is named.',
    ],
  },
  {
    question: 'Do the rewrites of the optimiser keep its numbers?',
    stage: rewrites,
    advice: ['Report the rewrite that is named; slipway explain --diff shows what it changed.'],
  },
  {
    question: 'Do the engines compute what the reference computes?',
    stage: parity,
    advice: ['Write the failing sub-model with slipway verify --failing, and report it with its inputs.'],
  },
]
