/** Hash chains over what was committed: each entry and receipt has a number and a hash, and none can be changed, taken away or put in without the later ones telling. */
@NullMarked
package dev.exchequer.server.store.chain;

import org.jspecify.annotations.NullMarked;
