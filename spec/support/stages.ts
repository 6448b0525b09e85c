import { join } from 'node:path';
import ts from 'typescript';

const ROOT = join(import.meta.dirname, '../..');
const SRC = join(ROOT, 'src');

/** A stage of a pipeline, as it is called in the source. */
export interface Stage {
  readonly name: string;
  readonly takes: string;
  readonly gives: string;
  /** The stages that it is an argument of. */
  readonly within: readonly string[];
}

/** What makes stages of others and of functions, or looks on at them, and is none itself. */
const GLUE = new Set(['chain', 'mapOrMerge', 'decorateStage', 'unwatched']);

const program = ts.createProgram([join(SRC, 'pipeline/index.ts')], {
  ...ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path)).config,
    ts.sys,
    ROOT,
  ).options,
});
const checker = program.getTypeChecker();

/** The stages that a function of `src/pipeline` composes, in the order of its source; functions of its floor are looked into. */
export function stagesOf(file: string, functionName: string): Stage[] {
  const source = program.getSourceFile(join(SRC, 'pipeline', file));
  const declared = source?.statements.find(
    (statement) => ts.isFunctionDeclaration(statement) && statement.name?.text === functionName,
  ) as ts.FunctionDeclaration | undefined;
  if (!declared?.body) throw new Error(`src/pipeline/${file} has no function ${functionName}`);
  return stagesIn(declared.body, []);
}

/** The names of the members of an interface of `src/pipeline`. */
export function membersOf(file: string, interfaceName: string): string[] {
  const source = program.getSourceFile(join(SRC, 'pipeline', file));
  const declared = source?.statements.find(
    (statement) => ts.isInterfaceDeclaration(statement) && statement.name.text === interfaceName,
  );
  return declared
    ? checker
        .getTypeAtLocation(declared)
        .getProperties()
        .map(({ name }) => name)
    : [];
}

function stagesIn(node: ts.Node, within: readonly string[]): Stage[] {
  if (ts.isCallExpression(node)) return stagesOfCall(node, within);
  // What is only given a name is looked at where it is used.
  if (ts.isVariableDeclaration(node) && node.initializer && ts.isArrowFunction(node.initializer)) return [];
  if (ts.isIdentifier(node)) return stagesOfName(node, within);
  return childrenOf(node).flatMap((child) => stagesIn(child, within));
}

function stagesOfCall(call: ts.CallExpression, within: readonly string[]): Stage[] {
  const inArguments = (outer: readonly string[]) => call.arguments.flatMap((argument) => stagesIn(argument, outer));
  if (ts.isIdentifier(call.expression) && GLUE.has(call.expression.text)) return inArguments(within);
  const declared = ts.isIdentifier(call.expression) ? declarationOf(call.expression) : undefined;
  const ends = operatorEnds(checker.getTypeAtLocation(call));
  if (!declared || !ends || !ts.isFunctionDeclaration(declared)) {
    return [...stagesIn(call.expression, within), ...inArguments(within)];
  }
  const name = declared.name?.text ?? '';
  const parts = floorOf(declared) === 'pipeline' && declared.body ? stagesIn(declared.body, within) : [];
  const stages = parts.length > 0 ? parts : [{ name, ...ends, within }];
  return [...stages, ...inArguments([...within, stages.at(-1)?.name ?? name])];
}

/** A stage that was handed in under a name, or a function that makes stages. */
function stagesOfName(name: ts.Identifier, within: readonly string[]): Stage[] {
  const declared = declarationOf(name);
  if (!declared || declared === name.parent || GLUE.has(name.text)) return [];
  const isArrow =
    ts.isVariableDeclaration(declared) && declared.initializer && ts.isArrowFunction(declared.initializer);
  if (isArrow) return childrenOf(declared.initializer).flatMap((child) => stagesIn(child, within));
  const ends = ts.isParameter(declared) ? operatorEnds(checker.getTypeAtLocation(name)) : undefined;
  return ends ? [{ name: name.text, ...ends, within }] : [];
}

/** What goes in and what comes out, if it is an operator. */
function operatorEnds(type: ts.Type): Pick<Stage, 'takes' | 'gives'> | undefined {
  const [signature] = type.getCallSignatures();
  const [source] = signature?.getParameters() ?? [];
  if (!signature || !source) return undefined;
  const takes = elementOf(checker.getTypeOfSymbol(source));
  const gives = elementOf(signature.getReturnType());
  return takes === undefined || gives === undefined ? undefined : { takes, gives };
}

function elementOf(type: ts.Type): string | undefined {
  if (type.getSymbol()?.name !== 'Observable') return undefined;
  const [element] = checker.getTypeArguments(type as ts.TypeReference);
  return element && checker.typeToString(element);
}

function declarationOf(name: ts.Identifier): ts.Declaration | undefined {
  const symbol = checker.getSymbolAtLocation(name);
  const target = symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  return target?.declarations?.find((declaration) => floorOf(declaration) !== undefined);
}

function floorOf(node: ts.Node): string | undefined {
  const [, floor] = /\/src\/(operators|pipeline)\//.exec(node.getSourceFile().fileName) ?? [];
  return floor;
}

function childrenOf(node: ts.Node): ts.Node[] {
  const children: ts.Node[] = [];
  node.forEachChild((child) => void children.push(child));
  return children;
}
