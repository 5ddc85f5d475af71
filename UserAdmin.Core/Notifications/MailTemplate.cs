using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Notifications;

/// <summary>A saved version of a template in one language. The highest version counts; one without text stands for the built-in default.</summary>
public sealed class MailTemplate
{
    public Guid Id { get; init; } = Ids.New();
    public required string Key { get; init; }
    public required string Language { get; init; }
    public int Version { get; init; }
    public string? Subject { get; init; }

    /// <summary>Markdown with {{placeholders}}; the plain text of the mail is this text, its HTML is made of it.</summary>
    public string? Body { get; init; }

    public DateTimeOffset SavedAt { get; init; }
    public Guid? SavedById { get; init; }
    public required string SavedByName { get; init; }
}

internal sealed class MailTemplateConfiguration : IEntityTypeConfiguration<MailTemplate>
{
    public void Configure(EntityTypeBuilder<MailTemplate> template)
    {
        template.ToTable("mail_templates");
        template.Property(t => t.Key).HasMaxLength(60);
        template.Property(t => t.Language).HasMaxLength(10);
        template.Property(t => t.Subject).HasMaxLength(500);
        template.Property(t => t.SavedByName).HasMaxLength(400);
        template.HasIndex(t => new { t.Key, t.Language, t.Version }).IsUnique();
    }
}
