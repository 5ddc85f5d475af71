using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.CustomFields;

public enum CustomFieldKind { Text, Number, Date, Choice, Flag }

public enum CustomFieldAudience { Administrators, Owner, Everybody }

/// <summary>A profile field that an administrator defined.</summary>
public sealed class CustomField
{
    public Guid Id { get; init; } = Ids.New();

    /// <summary>The stable name that files and programs use: letters, digits and underscores.</summary>
    public required string Key { get; init; }

    public required string Label { get; set; }
    public string? Help { get; set; }
    public CustomFieldKind Kind { get; init; }
    public bool IsRequired { get; set; }

    /// <summary>A regular expression that a text has to match as a whole.</summary>
    public string? Pattern { get; set; }

    public decimal? Minimum { get; set; }
    public decimal? Maximum { get; set; }

    /// <summary>What can be chosen, one per line.</summary>
    public string? Choices { get; set; }

    /// <summary>Who sees it besides administrators: nobody, its owner, or everybody who may see the person.</summary>
    public CustomFieldAudience VisibleTo { get; set; }

    public bool OwnerMayEdit { get; set; }
    public bool IsInList { get; set; }
    public int Position { get; set; }

    /// <summary>It is no longer shown or asked for; its values are kept.</summary>
    public DateTimeOffset? RetiredAt { get; set; }

    public DateTimeOffset CreatedAt { get; init; }
    public string ConcurrencyStamp { get; set; } = Guid.NewGuid().ToString("N");

    /// <summary>What can be chosen.</summary>
    public IReadOnlyList<string> ChoiceList => Lines(Choices);

    internal static IReadOnlyList<string> Lines(string? choices) =>
        [.. (choices ?? "").Split('\n').Select(Text.Squeeze).Where(choice => choice.Length > 0).Distinct()];
}

/// <summary>What a person has in a custom field, as text in one invariant form: numbers as 12.5, days as 2026-11-21, flags as yes.</summary>
public sealed class CustomValue
{
    public Guid UserId { get; init; }
    public Guid FieldId { get; init; }
    public required string Value { get; set; }
}

internal sealed class CustomFieldConfiguration : IEntityTypeConfiguration<CustomField>, IEntityTypeConfiguration<CustomValue>
{
    public void Configure(EntityTypeBuilder<CustomField> field)
    {
        field.ToTable("custom_fields");
        field.Property(f => f.Key).HasMaxLength(40);
        field.Property(f => f.Label).HasMaxLength(200);
        field.Property(f => f.Help).HasMaxLength(500);
        field.Property(f => f.Pattern).HasMaxLength(500);
        field.Property(f => f.Choices).HasMaxLength(4000);
        field.Property(f => f.Minimum).HasPrecision(28, 8);
        field.Property(f => f.Maximum).HasPrecision(28, 8);
        field.Property(f => f.ConcurrencyStamp).HasMaxLength(32);
        field.HasIndex(f => f.Key).IsUnique();
    }

    public void Configure(EntityTypeBuilder<CustomValue> value)
    {
        value.ToTable("custom_values");
        value.HasKey(v => new { v.UserId, v.FieldId });
        value.Property(v => v.Value).HasMaxLength(400);
        value.HasIndex(v => new { v.FieldId, v.Value, v.UserId });
        value.HasOne<CustomField>().WithMany().HasForeignKey(v => v.FieldId).OnDelete(DeleteBehavior.Cascade);
        value.HasOne<Users.User>().WithMany().HasForeignKey(v => v.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
