using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Notifications;

/// <summary>A template as an administrator edits it. What it may say depends on the kind of message.</summary>
public sealed partial class TemplateForm(MailKind kind) : IValidatableObject
{
    // Without these a message is of no use to anybody.
    private static readonly string[] Indispensable = ["link", "code", MailMarkup.Content];

    public MailKind Kind { get; } = kind;

    [Display(Name = "The subject"), PlainText(200)]
    public string Subject { get; set; } = "";

    [Required(ErrorMessage = "Write a text."), Display(Name = "The text"), PlainText(20_000, AllowLineBreaks = true)]
    public string Body { get; set; } = "";

    public TemplateText Text => new(Subject.Trim(), Body.ReplaceLineEndings("\n").Trim());

    [GeneratedRegex(@"\{\{(?<name>[^{}]*)\}\}|\{\{|\}\}")]
    private static partial Regex Braces { get; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Kind.HasSubject && string.IsNullOrWhiteSpace(Subject))
            yield return new("Write a subject.", [nameof(Subject)]);
        foreach (var (text, field) in new[] { (Subject, nameof(Subject)), (Body, nameof(Body)) })
            if (Braces.Matches(text).FirstOrDefault(found => !Kind.Placeholders.Contains(found.Groups["name"].Value)) is { } unknown)
                yield return new($"{unknown.Value} is not a placeholder of this message. Use {string.Join(", ", Kind.Placeholders.Select(name => $"{{{{{name}}}}}"))}.", [field]);
        foreach (var name in Kind.Values.Intersect(Indispensable))
            if (!Body.Contains($"{{{{{name}}}}}", StringComparison.Ordinal))
                yield return new($"The text must contain {{{{{name}}}}}.", [nameof(Body)]);
        if (!Kind.HasSubject && Text.Body.Split('\n').Count(line => line.Trim() == $"{{{{{MailMarkup.Content}}}}}") != 1)
            yield return new($"{{{{{MailMarkup.Content}}}}} must stand on one line of its own, once.", [nameof(Body)]);
    }
}
