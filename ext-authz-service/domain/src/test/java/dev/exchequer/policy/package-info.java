@NullMarked
package dev.exchequer.policy;

import org.jspecify.annotations.NullMarked;
