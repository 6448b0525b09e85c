FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build && npm prune --omit=dev

FROM node:24-bookworm-slim
ENV NODE_ENV=production
# By the environment, which commands see too: `docker exec … img-linuxfr check`.
ENV IMG_ADDR=0.0.0.0:8000 IMG_REDIS=embedded IMG_DIR=/cache
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
RUN chmod 755 dist/server/main.js && ln -s /app/dist/server/main.js /usr/local/bin/img-linuxfr
# The only place that is written to; everything else may be mounted read-only.
RUN install -d -o node -g node /cache
VOLUME /cache
USER node
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=3s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8000/status').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/server/main.js"]
