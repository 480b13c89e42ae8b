/** `ai-spm data`: rules, suggestions, baselines, drift, changes and groups of tables on a laptop or in a pipeline, without server or network. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { DataCommandOptions, Ended } from './data-options.ts';

const exitHelp = (found: string): string =>
  `\nExit codes: 0 well; 1 ${found}; 2 the data could not be read or nothing could be said; 3 wrong usage or an unreadable rules or baseline file.`;

export function registerData(program: Command): void {
  const noun = program.command('data').description('Hold tables against rules, baselines and each other, offline');
  registerRules(noun);
  registerBaselines(noun);
  registerChanges(noun);
}

function registerRules(noun: Command): void {
  tableOptions(
    noun
      .command('rules')
      .description('Whether the table FILE keeps the rules of RULES (YAML or JSON, as `ai-spm data suggest` prints them)')
      .argument('<file>')
      .argument('<rules>')
      .option('--table <name=file>', 'a further table that rules name as their source; may be repeated', furtherTable, []),
    exitHelp('a rule is broken'),
  ).action(async (file: string, rules: string, options: DataCommandOptions) => {
    finish(await (await import('./run-rules.ts')).runRulesCommand(file, rules, options));
  });
  const suggest = noun
    .command('suggest')
    .description('Rules that the good table FILE keeps, each with its evidence; look through them before you use them')
    .argument('<file>')
    .addOption(new Option('--format <format>', 'of the rules').choices(['yaml', 'json']).default('yaml'))
    .option('--delimiter <character>', 'of a text file; default: detected')
    .option('--no-header', 'the first line is data');
  suggest.addHelpText('after', exitHelp('does not occur')).action(async (file: string, options: DataCommandOptions) => {
    finish(await (await import('./run-rules.ts')).runSuggestCommand(file, options));
  });
}

function registerBaselines(noun: Command): void {
  const baseline = noun
    .command('baseline')
    .description('Keep what later tables are compared with: counts, distributions, correlations of FILE, and no row of it')
    .argument('<file>')
    .requiredOption('--out <file>', 'where it is kept; compressed when the name ends in .gz')
    .option('--force', 'replace a file that is there')
    .option('--seed <number>', 'of the drawn halves', whole, 1)
    .option('--delimiter <character>', 'of a text file; default: detected')
    .option('--no-header', 'the first line is data');
  baseline.addHelpText('after', exitHelp('does not occur')).action(async (file: string, options: DataCommandOptions) => {
    finish(await (await import('./run-baseline.ts')).runBaselineCommand(file, options));
  });
  tableOptions(
    sensitivity(
      noun
        .command('drift')
        .description('What changed from the kept BASELINE to the table CURRENT')
        .argument('<baseline>')
        .argument('<current>'),
    ),
    exitHelp('drift'),
  ).action(async (kept: string, current: string, options: DataCommandOptions) => {
    finish(await (await import('./run-baseline.ts')).runBaselineDriftCommand(kept, current, options));
  });
}

function registerChanges(noun: Command): void {
  tableOptions(
    sensitivity(
      noun
        .command('changes')
        .description('When a table changed: windows of one FILE in its row order, or each of several FILES against the one before')
        .argument('<files...>')
        .option('--columns <columns>', 'of one file: numeric columns to look at, separated by commas; default: all')
        .option('--time <column>', 'of one file: a column of times, to name the windows')
        .option('--rolling-days <days>', 'of one file, with --time: alarms against the last so many days', days)
        .option('--burst <rows>', 'of one file: rows that came together', whole, 1)
        .addOption(new Option('--against <part>', 'of several files').choices(['previous', 'first']).default('previous')),
    ),
    exitHelp('a change'),
  ).action(async (files: string[], options: DataCommandOptions) => {
    finish(await (await import('./run-changes.ts')).runChangesCommand(files, options));
  });
  tableOptions(
    sensitivity(
      noun
        .command('groups')
        .description('Quality of each group of FILE (a value of a column: a country, a site), and its drift against the same group before')
        .argument('<file>')
        .requiredOption('--by <column>', 'whose values are the groups')
        .option('--reference <file>', 'an earlier table')
        .option('--rules <file>', 'rules that each group is held against')
        .option('--most <groups>', 'the largest so many groups', whole, 50),
    ),
    exitHelp('a group differs or drifted'),
  ).action(async (file: string, options: DataCommandOptions) => {
    finish(await (await import('./run-changes.ts')).runGroupsCommand(file, options));
  });
}

function tableOptions(command: Command, help: string): Command {
  return command
    .option('--delimiter <character>', 'of text files; default: detected')
    .option('--no-header', 'the first line is data')
    .option('--json', 'print the whole answer as JSON')
    .addHelpText('after', help);
}

function sensitivity(command: Command): Command {
  return command
    .addOption(new Option('--sensitivity <level>', 'to drift').choices(['low', 'medium', 'high']).default('medium'))
    .option('--seed <number>', 'of permutations and halves', whole, 1);
}

function furtherTable(word: string, before: readonly [string, string][]): [string, string][] {
  const at = word.indexOf('=');
  if (at < 1 || at === word.length - 1) throw new InvalidArgumentError('It must be a name, =, and a file.');
  return [...before, [word.slice(0, at), word.slice(at + 1)]];
}

function whole(word: string): number {
  const value = Number(word);
  if (!(Number.isInteger(value) && value >= 0 && value <= 4_294_967_295))
    throw new InvalidArgumentError('It must be a whole number from 0 to 4294967295.');
  return value;
}

function days(word: string): number {
  const value = Number(word);
  if (!(value > 0 && value <= 36_525)) throw new InvalidArgumentError('It must be a number of days.');
  return value;
}

function finish({ code, out, said }: Ended): void {
  process.stderr.write(said);
  process.stdout.write(out);
  process.exitCode = code;
}
