/** What the Helm chart makes of its values. */
@NullMarked
package dev.exchequer.helm;

import org.jspecify.annotations.NullMarked;
