// TensorFlow.js publishes modules for bundlers: imports without endings, and a CommonJS main beside them. These hooks make
// Node load the module build throughout, so that there is one engine, with its gradients registered.
const moduleBuild = /^@tensorflow\/[a-z-]+$/;

export async function resolve(specifier, context, next) {
  if (moduleBuild.test(specifier)) return next(`${specifier}/dist/index.js`, context);
  for (const ending of ['', '.js', '/index.js']) {
    try {
      return await next(specifier + ending, context);
    } catch (error) {
      if (!['ERR_MODULE_NOT_FOUND', 'ERR_UNSUPPORTED_DIR_IMPORT'].includes(error.code)) throw error;
    }
  }
  return next(specifier, context);
}
