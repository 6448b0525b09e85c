/**
 * A plugin of Stryker. What a `Rejection` says to people is compared by no spec, on purpose: programs look at its
 * code. So no mutants are made of the second argument of `new Rejection(code, message)`.
 */
export const strykerPlugins = [
  {
    kind: 'Ignore',
    name: 'rejection-messages',
    value: {
      shouldIgnore({ node, parent }) {
        const isOfRejection = parent?.type === 'NewExpression' && parent.callee.name === 'Rejection';
        return isOfRejection && parent.arguments[1] === node ? 'what a rejection says to people' : undefined;
      },
    },
  },
];
