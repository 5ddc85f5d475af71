using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace UserAdmin.Core.Data;

/// <summary>Says whether something that servers keep in memory has changed: a new value means read it again.</summary>
public sealed class ChangeStamp
{
    /// <summary>Roles, what they allow, and the tree of organizations.</summary>
    public const string Access = "access";

    /// <summary>Who holds which role.</summary>
    public const string Assignments = "assignments";

    /// <summary>Tenants and their host names.</summary>
    public const string Tenants = "tenants";

    public required string Name { get; init; }
    public required string Value { get; set; }
}

public static class ChangeStamps
{
    extension(UserAdminDbContext db)
    {
        /// <summary>Call inside the transaction of the change. Such transactions wait for each other.</summary>
        public Task ChangeStampAsync(string name, CancellationToken cancel)
        {
            var value = Guid.NewGuid().ToString("N");
            return db.ChangeStamps.Where(s => s.Name == name).ExecuteUpdateAsync(stamp => stamp.SetProperty(s => s.Value, value), cancel);
        }
    }
}

internal sealed class ChangeStampConfiguration : IEntityTypeConfiguration<ChangeStamp>
{
    public void Configure(EntityTypeBuilder<ChangeStamp> stamp)
    {
        stamp.ToTable("change_stamps");
        stamp.HasKey(s => s.Name);
        stamp.Property(s => s.Name).HasMaxLength(40);
        stamp.Property(s => s.Value).HasMaxLength(32);
        stamp.HasData(new ChangeStamp { Name = ChangeStamp.Access, Value = "1" }, new ChangeStamp { Name = ChangeStamp.Assignments, Value = "1" }, new ChangeStamp { Name = ChangeStamp.Tenants, Value = "1" });
    }
}
