namespace UserAdmin.Core.Common;

/// <summary>A field of a form that is saved by merging; its label is English and translated where it is shown.</summary>
public abstract record FormField(string Name, string Label);

/// <summary>A field that two people changed at the same time.</summary>
public sealed record FieldConflict(FormField Field, string? Before, string? Theirs, string? Mine);
