/**
 * RDKit's script as a module that makes no code at run time. Emscripten's bindings write the text of their callers and compile it
 * (`new Function`), which the page's policy forbids, and rightly; here the same callers are closures, as Emscripten itself makes
 * them with -sDYNAMIC_EXECUTION=0. A version whose text is another is refused when the page is built.
 */
import type { Plugin } from 'vite';

const script = /@rdkit[/\\]rdkit[/\\]dist[/\\]RDKit_minimal\.js(?:\?.*)?$/u;

/** In createJsInvoker, within reach of its own arguments and of `argCount`, `needsDestructorStack` and `useStackFrame`. */
const invoker = `(humanName,throwBindingError,invoker,fn,runDestructors,fromRetWire,toClassParamWire,...rest)=>{
  if(useStackFrame)rest.splice(0,2);
  const toWire=rest.slice(0,argCount),ends=rest.slice(argCount),first=isClassMethodFunc?1:2;
  return function(...given){
    const destructors=needsDestructorStack?[]:null,stack=useStackFrame?stackSave():0,wired=[];
    let result;
    try{
      if(isClassMethodFunc)wired.push(toClassParamWire(destructors,this));
      for(let i=0;i<argCount;i++)wired.push(toWire[i](destructors,given[i]));
      result=invoker(fn,...wired);
    }finally{if(useStackFrame)stackRestore(stack)}
    if(needsDestructorStack)runDestructors(destructors);
    else for(let i=first,at=0;i<argTypes.length;i++)if(argTypes[i].destructorFunction!==null)ends[at++](wired[i-first]);
    if(returns)return fromRetWire(result);
  };
}`;

/** In __emval_create_invoker: a call, a method, a constructor or a plain value, by its kind. */
const methodCaller = `((handle,methodName,destructorsRef,args)=>{
  const given=argFromPtr.map((read,i)=>read(args+i*GenericWireTypeSize));
  let result;
  if(kind===0)result=Emval.toValue(handle)(...given);
  else if(kind===1)result=Emval.toValue(handle)[getStringOrSymbol(methodName)](...given);
  else if(kind===2)result=new(Emval.toValue(handle))(...given);
  else result=given.at(-1);
  if(!retType.isVoid)return emval_returnValue(toReturnWire,destructorsRef,result);
})`;

const changes = [
  ['new Function(args1,invokerFnBody)', invoker],
  ['new Function(Object.keys(captures),functionBody)(...Object.values(captures))', methodCaller],
] as const;

/** Throws where the script is not the one that was read. */
export function withoutCode(text: string): string {
  let changed = text;
  for (const [before, after] of changes) {
    if (changed.split(before).length !== 2) {
      throw new Error(`RDKit's script has no single \`${before}\` any more: read scripts/rdkit/withoutCode.ts again.`);
    }
    changed = changed.replace(before, () => after);
  }
  if (/\bnew Function\b|\beval\(/u.test(changed)) throw new Error("RDKit's script makes code in another place.");
  return `${changed}\nexport default initRDKitModule;\n`;
}

export const rdkitWithoutCode: Plugin = {
  name: 'rdkit-without-code',
  enforce: 'pre',
  transform: (text, id) => (script.test(id) ? { code: withoutCode(text), map: null } : undefined),
};
