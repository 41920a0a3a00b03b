/**
 * Every sentence that an error of the lab can say, read from the sources: messages and hints of `LabError`, `{}` where a value stands,
 * followed through constants, parameters, tables and functions to where their words are written; and the words that stand in
 * place of values.
 */
import { readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import ts from 'typescript';

const root = resolve(import.meta.dirname, '../..');
/** What no page runs. */
const elsewhere = /^src\/(headless|ui)\/|^src\/checkpoint\/node|^src\/worker\/api\.ts$/;

export interface LabTexts {
  /** By its sentence, the code of an error that says it. */
  readonly sentences: ReadonlyMap<string, string>;
  /** Of several words, in place of a value. */
  readonly parts: ReadonlyMap<string, string>;
  readonly codes: ReadonlySet<string>;
  /** By a sentence or part, which of its values outside of quotes are names, from 1. */
  readonly names: ReadonlyMap<string, readonly number[]>;
}

const mostDepth = 9;
/** Of values alone only what names something beside them. */
const hasWords = (text: string): boolean => /[a-z]{2,}/i.test(text) || /^[^{]*`\{\}`.*\{\}/.test(text);
const isPhrase = (text: string): boolean => /[a-z]{2,}\W*\s+\W*[a-z]{2,}/i.test(text.replaceAll(/`[^`]*`/g, ''));

/** Whether what follows stands in quotes: words that are no language's. */
const isQuoted = (before: string): boolean =>
  ['`', '"'].some((quote) => before.split(quote).length % 2 === 0) || before.lastIndexOf('“') > before.lastIndexOf('”');
/** Words of a sentence, or what goes on with one. */
const isOurs = (text: string): boolean => isPhrase(text) || /^[,;:] /.test(text);
/** A file, folder, field, tensor: the last word of the expression that stands there says so. */
const namesSomething = (expression: ts.Expression): boolean =>
  /(?:^|\W|[a-z])(?:name|Name|file|fileName|filename|field)$/.test(expression.getText());

/** The values of a template, with what each can be and the sentence up to it. */
function deepened({ head, templateSpans }: ts.TemplateExpression, texts: (of: ts.Expression) => string[]) {
  let before = head.text;
  return templateSpans.map(({ expression, literal }) => {
    const span = { expression, texts: texts(expression), before };
    before += `{}${literal.text}`;
    return span;
  });
}

export function labTexts(): LabTexts {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .map((file) => `src/${file}`)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts') && !elsewhere.test(file));
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config as { compilerOptions: object };
  const { options } = ts.convertCompilerOptionsFromJson({ ...config.compilerOptions, noEmit: true, types: [] }, root);
  const program = ts.createProgram(
    files.map((file) => join(root, file)),
    options,
  );
  const checker = program.getTypeChecker();
  const sources = program.getSourceFiles().filter(({ fileName }) => files.includes(relative(root, fileName)));
  const calls = new Map<ts.Node, (ts.CallExpression | ts.NewExpression)[]>();
  const values = new Map<ts.Symbol, ts.Expression[]>();
  const errors: ts.NewExpression[] = [];
  /** Beside errors: why a plan does not fit, and why a parser refuses a sample. */
  const said: ts.Expression[] = [];

  const symbolOf = (node: ts.Node): ts.Symbol | undefined => {
    const { parent } = node;
    const found = ts.isShorthandPropertyAssignment(parent)
      ? checker.getShorthandAssignmentValueSymbol(parent)
      : checker.getSymbolAtLocation(node);
    return found && found.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(found) : found;
  };
  const add = <Key, Value>(to: Map<Key, Value[]>, key: Key, value: Value) =>
    to.set(key, [...(to.get(key) ?? []), value]);
  /** What a part of an object literal gives it: a value by its name, or, where another object is spread into it, each of that one's. */
  const assigned = (part: ts.ObjectLiteralElementLike): [string, ts.Expression][] => {
    if (ts.isPropertyAssignment(part)) return [[part.name.getText(), part.initializer]];
    if (ts.isShorthandPropertyAssignment(part)) return [[part.name.text, part.name]];
    if (!ts.isSpreadAssignment(part)) return [];
    const given = checker.getTypeAtLocation(part.expression).getProperties();
    return given.flatMap(({ name, declarations = [] }) =>
      declarations.flatMap((each): [string, ts.Expression][] => {
        if (ts.isPropertyAssignment(each)) return [[name, each.initializer]];
        return ts.isShorthandPropertyAssignment(each) ? [[name, each.name]] : [];
      }),
    );
  };
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node) && node.expression.getText() === 'LabError') errors.push(node);
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      const called = checker.getResolvedSignature(node)?.declaration;
      if (called) add(calls, called, node);
    }
    if (ts.isObjectLiteralExpression(node)) {
      const named = new Map(
        node.properties.flatMap((each) =>
          ts.isPropertyAssignment(each) ? [[each.name.getText(), each.initializer]] : [],
        ),
      );
      const [message, hint, why] = ['message', 'hint', 'why'].map((name) => named.get(name));
      if (message && hint) said.push(message, hint);
      if (why && named.has('valid')) said.push(why);
      const type = checker.getContextualType(node);
      for (const [name, value] of node.properties.flatMap(assigned)) {
        for (const declaration of type?.getProperty(name)?.declarations ?? []) {
          const declared = (declaration as { symbol?: ts.Symbol }).symbol;
          if (declared) add(values, declared, value);
        }
      }
    }
    ts.forEachChild(node, visit);
  };
  sources.forEach(visit);

  const parts = new Map<string, string>();
  const names = new Map<string, readonly number[]>();
  let code = '';

  /** The sentences that an expression can be; none where its words are not ours. */
  const resolved = (node: ts.Expression, depth: number): string[] => {
    if (depth > mostDepth) return [];
    const deeper = (other: ts.Expression) => resolved(other, depth + 1);
    if (ts.isStringLiteralLike(node)) return [node.text];
    if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isNonNullExpression(node))
      return resolved(node.expression, depth);
    if (ts.isConditionalExpression(node)) return [...deeper(node.whenTrue), ...deeper(node.whenFalse)];
    if (ts.isTemplateExpression(node)) {
      const said = deepened(node, deeper);
      const sentence = said.map(({ before }) => `${before}{}`).at(-1)! + node.templateSpans.at(-1)!.literal.text;
      const named = said.flatMap(({ expression, texts, before }, at) => {
        if (isQuoted(before)) return [];
        keepParts(texts);
        return namesSomething(expression) && !texts.some(isOurs) ? [at + 1] : [];
      });
      // Where other words of ours stand there as well, it is not always a name.
      const known = names.get(sentence);
      names.set(sentence, known ? known.filter((at) => named.includes(at)) : named);
      return [sentence];
    }
    if (ts.isBinaryExpression(node)) {
      const { kind } = node.operatorToken;
      const sides = [deeper(node.left), deeper(node.right)] as const;
      if (kind === ts.SyntaxKind.BarBarToken || kind === ts.SyntaxKind.QuestionQuestionToken) return sides.flat();
      if (kind !== ts.SyntaxKind.PlusToken) return [];
      const [left, right] = sides.map((side) => (side.length > 0 ? side : ['{}'])) as [string[], string[]];
      return left.flatMap((before) => right.map((after) => before + after));
    }
    if (ts.isElementAccessExpression(node)) return ofTable(node.expression, depth);
    if (ts.isCallExpression(node)) {
      const { expression } = node;
      const [given] = node.arguments;
      if (ts.isPropertyAccessExpression(expression)) {
        const { text: method } = expression.name;
        if (['trim', 'join', 'slice', 'filter'].includes(method)) return deeper(expression.expression);
        if (['map', 'flatMap'].includes(method) && given && ts.isArrowFunction(given) && !ts.isBlock(given.body))
          return deeper(given.body);
      }
      return ofCall(node, depth);
    }
    if (ts.isArrayLiteralExpression(node)) return node.elements.flatMap(deeper);
    if (ts.isSpreadElement(node)) return deeper(node.expression);
    if (ts.isIdentifier(node) || ts.isPropertyAccessExpression(node)) {
      const symbol = symbolOf(node);
      return (symbol?.declarations ?? []).flatMap((declaration) => ofDeclaration(declaration, depth + 1));
    }
    return [];
  };

  const ofDeclaration = (declaration: ts.Node, depth: number): string[] => {
    if (depth > mostDepth) return [];
    if (
      ts.isVariableDeclaration(declaration) ||
      ts.isPropertyAssignment(declaration) ||
      ts.isPropertyDeclaration(declaration)
    )
      return declaration.initializer ? resolved(declaration.initializer, depth) : [];
    if (ts.isPropertySignature(declaration)) {
      const symbol = (declaration as { symbol?: ts.Symbol }).symbol;
      return ((symbol && values.get(symbol)) ?? []).flatMap((value) => resolved(value, depth));
    }
    if (ts.isBindingElement(declaration)) {
      const name = (declaration.propertyName ?? declaration.name).getText();
      const whole = checker.getTypeAtLocation(declaration.parent).getProperty(name);
      const given = (whole?.declarations ?? []).filter((each) => each !== declaration);
      return given.flatMap((each) => ofDeclaration(each, depth + 1));
    }
    if (ts.isParameter(declaration)) {
      const owner = declaration.parent;
      const at = owner.parameters.indexOf(declaration);
      const given = (calls.get(owner) ?? []).flatMap((call) => {
        const argument = call.arguments?.[at];
        return argument ? resolved(argument, depth) : [];
      });
      return [...given, ...(declaration.initializer ? resolved(declaration.initializer, depth) : [])];
    }
    return [];
  };

  const ofTable = (table: ts.Expression, depth: number): string[] =>
    (symbolOf(table)?.declarations ?? []).flatMap((declaration) => {
      let value = ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
      while (value && (ts.isAsExpression(value) || ts.isSatisfiesExpression(value))) value = value.expression;
      if (!value || !ts.isObjectLiteralExpression(value)) return [];
      return value.properties.flatMap((each) =>
        ts.isPropertyAssignment(each) ? resolved(each.initializer, depth + 1) : [],
      );
    });

  const ofCall = (call: ts.CallExpression, depth: number): string[] => {
    const called = checker.getResolvedSignature(call)?.declaration as ts.FunctionLikeDeclaration | undefined;
    const body = called && 'body' in called ? called.body : undefined;
    if (!body || !sources.includes(body.getSourceFile())) return [];
    if (!ts.isBlock(body)) return resolved(body as ts.Expression, depth + 1);
    const found: string[] = [];
    const returns = (node: ts.Node): void => {
      if (ts.isReturnStatement(node) && node.expression) found.push(...resolved(node.expression, depth + 1));
      else if (!ts.isFunctionLike(node)) ts.forEachChild(node, returns);
    };
    ts.forEachChild(body, returns);
    return found;
  };

  const keepParts = (texts: readonly string[]): void => {
    for (const text of texts) if (isPhrase(text)) parts.set(text, parts.get(text) ?? code);
  };

  const sentences = new Map<string, string>();
  const codes = new Set<string>();
  for (const { arguments: [of, message, hint] = [] } of errors) {
    const its = of ? resolved(of, 0) : [];
    its.filter((each) => /^[a-z]+(\/[a-z0-9-]+)?$/.test(each)).forEach((each) => codes.add(each));
    code = its[0] ?? '';
    for (const part of [message, hint])
      for (const text of part ? resolved(part, 0) : [])
        if (hasWords(text)) sentences.set(text, sentences.get(text) ?? code);
  }
  code = '';
  for (const text of said.flatMap((each) => resolved(each, 0))) {
    if (/[a-z]{2,}\W*\s/i.test(text)) sentences.set(text, sentences.get(text) ?? code);
  }
  return { sentences, parts, codes, names };
}
