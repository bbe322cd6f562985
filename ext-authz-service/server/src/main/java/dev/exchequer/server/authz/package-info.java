/**
 * The ext_authz edge: Envoy's Check in, a decision of the engine out. Owns who the caller is, what its body says and how it is edited for a hop, and the
 * form of every refusal. Owns no money: all that is reserved or refused for money comes from the engine. Envoy's protos do not leave this package.
 */
@NullMarked
package dev.exchequer.server.authz;

import org.jspecify.annotations.NullMarked;
