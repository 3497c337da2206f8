/** The options that change a recipe, in the groups in which people look for them. They go into the run's manifest. */
import type { Command } from 'commander'
import { usage } from '../errors.ts'
import { activationOption, batchSizeOption, integerOption, nameOption, numberOption, rateOption } from '../options.ts'
import { activationNames } from '../recipes/activations.ts'
import { averageNames } from '../recipes/average.ts'
import type { Overrides } from '../recipes/choose.ts'
import { lookaheadOption } from '../recipes/lookahead.ts'
import { normNames } from '../recipes/model.ts'
import { optimizerNames } from '../recipes/optimizer.ts'
import { orderNames } from '../recipes/order.ts'
import { figures } from '../recipes/recipe.ts'
import { scheduleNames } from '../recipes/schedule.ts'
import { statisticsOption } from '../recipes/statistics.ts'

const SHARE = {
  rule: 'a number of at least 0 and below 1',
  example: '0.1',
  fits: (value: number): boolean => value >= 0 && value < 1,
}
const MOMENTUM = { ...SHARE, example: '0.9' }
const AT_LEAST_0 = { rule: 'a number of at least 0', example: '0.01', fits: (value: number): boolean => value >= 0 }

export function addRecipeOptions(command: Command): void {
  command
    .optionsGroup('Optimization:')
    .addOption(integerOption('--epochs <n>', 'passes over the training data', 1))
    .addOption(rateOption('--learning-rate <rate>', 'the highest rate of the schedule'))
    .option('--schedule <name>', `of the rate: ${scheduleNames.join(', ')}`)
    .addOption(numberOption('--warmup <epochs>', 'in which the rate rises from 0', { ...AT_LEAST_0, example: '1' }))
    .addOption(numberOption('--final-momentum <share>', 'that --momentum comes to along a line over the run', MOMENTUM))
  addStepOptions(command)
  command
    .addOption(integerOption('--accumulate <n>', 'batches that make one update', 1))
    .option('--average <name>', `end with an average of the weights: ${averageNames.join(', ')}, or swa:startEpoch=8`)
  addNetworkOptions(command)
  addOrderOptions(command)
  command
    .optionsGroup('Stopping and the best epochs:')
    .addOption(integerOption('--patience <epochs>', 'stop after so many that are no better; keep the best', 1))
    .addOption(numberOption('--min-delta <change>', 'only more than this counts as better', AT_LEAST_0))
    .addOption(
      numberOption('--baseline <value>', 'what the metric must beat within the patience', {
        ...{ rule: 'a finite number', example: '0.5', fits: () => true },
      }),
    )
    .addOption(nameOption('--metric <name>', `what is compared: ${figures.join(', ')}`, figures, 'metrics'))
    .addOption(integerOption('--keep-best <n>', 'checkpoints of the best epochs to keep', 1))
}

/** What a step is made of. */
export function addStepOptions(command: Command): void {
  command
    .addOption(batchSizeOption('--batch-size <n>', "examples a step, or 'all'"))
    .option('--optimizer <name>', `one of ${optimizerNames.join(', ')}`)
    .addOption(numberOption('--momentum <share>', 'of sgd and others that have one', MOMENTUM))
    .addOption(lookaheadOption('--lookahead [options]', 'slow weights follow the optimizer; syncSteps=5,slowShare=0.5'))
    .addOption(numberOption('--weight-decay <rate>', 'of adamw and others that have it', AT_LEAST_0))
    .optionsGroup('Gradients and weights:')
    .addOption(rateOption('--clip-norm <norm>', 'cut the norm of all gradients together to this', '1'))
    .addOption(rateOption('--clip-parameter-norm <norm>', 'or that of each parameter alone', '1'))
    .addOption(rateOption('--clip-value <limit>', 'or each element, into plus and minus this', '0.5'))
    .option('--penalty <strengths>', 'of the weights in the loss: l1=1e-5, l2=1e-4, or l1=1e-5,l2=1e-4')
    .addOption(rateOption('--max-norm <norm>', 'the most that the weights to one unit may come to', '3'))
}

export function addNetworkOptions(command: Command): void {
  command
    .optionsGroup('Network and regularization:')
    .addOption(activationOption(`one of ${activationNames.join(', ')}`))
    .addOption(
      statisticsOption('--batch-norm [statistics]', 'normalize each hidden layer over the batch, and at test time by'),
    )
    .option('--no-batch-norm', 'do not (images have it by default)')
    .addOption(
      nameOption(
        '--norm <kind>',
        `normalize each example by itself instead: ${normNames.join(', ')}`,
        normNames,
        'norms',
        {
          batch: '--batch-norm',
        },
      ),
    )
    .option('--init <name>', "first weights by name, instead of the network's own (thalweg inspect --help)")
    .addOption(numberOption('--dropout <probability>', 'with which a hidden unit is dropped', SHARE))
    .addOption(numberOption('--label-smoothing <share>', 'of the target that goes to all classes alike', SHARE))
  refuseBoth(command, 'batch-norm')
}

/** Where nothing is trained to its end. */
export function refuseStatistics(command: string, { batchNorm }: Pick<Overrides, 'batchNorm'>): void {
  if (typeof batchNorm !== 'string') return
  throw usage('idle-option', {
    rule: `${command}: --batch-norm has no use for statistics of test time here`,
    received: `--batch-norm ${batchNorm}`,
    try: '--batch-norm alone, or leave it out',
  })
}

/** An option and its `--no-`: commander would let the last one win without a word. */
function refuseBoth(command: Command, option: string): void {
  const given = new Set<string>()
  for (const flag of [option, `no-${option}`]) {
    command.on(`option:${flag}`, () => {
      given.add(flag)
      if (given.size === 1) return
      throw usage('contradiction', {
        rule: `--${option} and --no-${option} must not stand together`,
        received: 'both',
        try: 'leave one of them out',
      })
    })
  }
}

export function addOrderOptions(command: Command): void {
  command
    .optionsGroup('Order of examples:')
    .addOption(nameOption('--order <name>', `one of ${orderNames.join(', ')}`, orderNames, 'orders'))
    .option('--curriculum-by <column>', "easy first by a column of the table, or by 'loss' (default)")
}
