using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.CustomFields;

/// <summary>What is said of a field. Key and kind are fixed once it is made.</summary>
public sealed partial class CustomFieldForm : IValidatableObject
{
    [Display(Name = "Key"), Required(ErrorMessage = "Enter a key."), RegularExpression("^[a-z][a-z0-9_]{0,39}$", ErrorMessage = "A key starts with a small letter and has small letters, digits and underscores.")]
    public string Key { get; set; } = "";

    [Display(Name = "Label"), Required(ErrorMessage = "Enter a label."), PlainText(200)]
    public string Label { get; set; } = "";

    [Display(Name = "Help"), PlainText(500)]
    public string? Help { get; set; }

    public CustomFieldKind Kind { get; set; }
    public bool IsRequired { get; set; }

    [Display(Name = "Pattern"), StringLength(500, ErrorMessage = "A pattern can have 500 characters at most.")]
    public string? Pattern { get; set; }

    public decimal? Minimum { get; set; }
    public decimal? Maximum { get; set; }

    [Display(Name = "Choices"), StringLength(4000, ErrorMessage = "The choices can have 4,000 characters together.")]
    public string? Choices { get; set; }

    public CustomFieldAudience VisibleTo { get; set; }
    public bool OwnerMayEdit { get; set; }
    public bool IsInList { get; set; }

    public static CustomFieldForm Of(CustomField field) => new()
    {
        Key = field.Key,
        Label = field.Label,
        Help = field.Help,
        Kind = field.Kind,
        IsRequired = field.IsRequired,
        Pattern = field.Pattern,
        Minimum = field.Minimum,
        Maximum = field.Maximum,
        Choices = field.Choices,
        VisibleTo = field.VisibleTo,
        OwnerMayEdit = field.OwnerMayEdit,
        IsInList = field.IsInList,
    };

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Kind == CustomFieldKind.Text && Text.SqueezeToNull(Pattern) is { } pattern && !CustomFieldRules.IsPattern(pattern))
            yield return new("This is not a pattern that can be used; it can't look ahead or behind or refer back.", [nameof(Pattern)]);
        if (Minimum > Maximum)
            yield return new("The largest value is below the smallest.", [nameof(Maximum)]);
        if (Kind == CustomFieldKind.Choice && CustomField.Lines(Choices).Count == 0)
            yield return new("Enter what can be chosen, one in each line.", [nameof(Choices)]);
        if (Kind == CustomFieldKind.Choice && CustomField.Lines(Choices).Any(choice => Text.CodePoints(choice) > 200))
            yield return new("A choice can have 200 characters at most.", [nameof(Choices)]);
        if (OwnerMayEdit && VisibleTo == CustomFieldAudience.Administrators)
            yield return new("Whoever edits a field must see it.", [nameof(OwnerMayEdit)]);
    }
}
