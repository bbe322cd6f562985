/** Everything that can be wrong with a resource, found at once: schema, rules, references, conflicts. */
@NullMarked
package dev.exchequer.operator.validate;

import org.jspecify.annotations.NullMarked;
