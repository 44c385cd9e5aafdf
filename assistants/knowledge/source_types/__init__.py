"""The kinds of sources that come with the house, each an adapter of `kernel.registries.SourceType`.

Rooms above register further ones in the same way; whatever lists, adds or looks at sources asks the registry.
"""
