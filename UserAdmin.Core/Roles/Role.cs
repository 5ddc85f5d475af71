using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Roles;

/// <summary>What somebody with an assignment to it may do. What its own rows don't say it inherits from its parent; a denial wins over every grant.</summary>
public sealed class Role
{
    internal const int NameLength = 200;

    public Guid Id { get; init; } = Ids.New();
    public required string Name { get; set; }

    /// <summary>Upper case; unique.</summary>
    public required string NormalizedName { get; set; }

    /// <summary>Null for the roles of the product: theirs is in <see cref="SystemRoles"/>.</summary>
    public string? Description { get; set; }

    public Guid? ParentId { get; set; }

    /// <summary>An inactive role gives its members nothing, nor those that inherit from it.</summary>
    public bool IsActive { get; set; } = true;

    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>Changes with every change of the role or its permissions.</summary>
    public string ConcurrencyStamp { get; set; } = Guid.NewGuid().ToString("N");

    /// <summary>Its members need a second factor; the policy says how long they have to set one up.</summary>
    public bool RequiresSecondFactor { get; private set; }

    /// <summary>Since when; null when it doesn't require one.</summary>
    public DateTimeOffset? SecondFactorRequiredAt { get; private set; }

    /// <summary>It comes with the product and can be neither renamed nor deleted.</summary>
    public bool IsSystem => SystemRoles.Find(Id) is not null;

    public void RequireSecondFactor(bool isRequired, DateTimeOffset now) =>
        (RequiresSecondFactor, SecondFactorRequiredAt) = (isRequired, isRequired ? SecondFactorRequiredAt ?? now : null);
}

/// <summary>What a role says of one permission itself; no row means that it inherits.</summary>
public sealed class RolePermission
{
    public Guid RoleId { get; init; }

    /// <summary>The code of a <see cref="Roles.Permission"/>.</summary>
    public required string Permission { get; init; }

    public bool IsDenied { get; set; }
}

/// <summary>Gives a role to a person, everywhere or in one organization and those below it. It counts while it is in force: nothing has to run for it to end.</summary>
public sealed class RoleAssignment
{
    public Guid Id { get; init; } = Ids.New();
    public Guid UserId { get; init; }
    public Guid RoleId { get; init; }

    /// <summary>Null means everywhere.</summary>
    public Guid? OrganizationId { get; init; }

    public DateTimeOffset StartsAt { get; init; }

    /// <summary>The first instant at which it no longer counts.</summary>
    public DateTimeOffset? EndsAt { get; set; }

    public string? Reason { get; init; }
    public Guid? AssignedById { get; init; }
    public required string AssignedByName { get; init; }
    public DateTimeOffset AssignedAt { get; init; }
}

public static class RoleAssignments
{
    extension(IQueryable<RoleAssignment> assignments)
    {
        public IQueryable<RoleAssignment> InForce(DateTimeOffset now) => assignments.Where(a => a.StartsAt <= now && (a.EndsAt == null || a.EndsAt > now));
    }
}

internal sealed class RoleConfiguration : IEntityTypeConfiguration<Role>, IEntityTypeConfiguration<RolePermission>, IEntityTypeConfiguration<RoleAssignment>
{
    public void Configure(EntityTypeBuilder<Role> role)
    {
        role.ToTable("roles");
        role.Property(r => r.Name).HasMaxLength(Role.NameLength);
        role.Property(r => r.NormalizedName).HasMaxLength(Role.NameLength);
        role.Property(r => r.Description).HasMaxLength(1000);
        role.Property(r => r.ConcurrencyStamp).HasMaxLength(32);
        role.HasIndex(r => r.NormalizedName).IsUnique();
        role.HasIndex(r => r.ParentId);
        role.HasData(SystemRoles.All.Select(system => new Role { Id = system.Id, Name = system.Name, NormalizedName = system.Name.ToUpperInvariant(), CreatedAt = DateTimeOffset.UnixEpoch, UpdatedAt = DateTimeOffset.UnixEpoch, ConcurrencyStamp = "1" }));
    }

    public void Configure(EntityTypeBuilder<RolePermission> permission)
    {
        permission.ToTable("role_permissions");
        permission.HasKey(p => new { p.RoleId, p.Permission });
        permission.Property(p => p.Permission).HasMaxLength(80);
        permission.HasOne<Role>().WithMany().HasForeignKey(p => p.RoleId).OnDelete(DeleteBehavior.Cascade);
    }

    public void Configure(EntityTypeBuilder<RoleAssignment> assignment)
    {
        assignment.ToTable("role_assignments");
        assignment.Property(a => a.Reason).HasMaxLength(1000);
        assignment.Property(a => a.AssignedByName).HasMaxLength(410);
        assignment.HasIndex(a => new { a.UserId, a.RoleId });
        assignment.HasIndex(a => new { a.RoleId, a.UserId });
        assignment.HasIndex(a => a.OrganizationId);
        assignment.HasIndex(a => a.EndsAt).HasFilter("ends_at IS NOT NULL");
        assignment.HasOne<Users.User>().WithMany().HasForeignKey(a => a.UserId).OnDelete(DeleteBehavior.Cascade);
        assignment.HasOne<Role>().WithMany().HasForeignKey(a => a.RoleId).OnDelete(DeleteBehavior.Cascade);
        assignment.HasOne<Organizations.Organization>().WithMany().HasForeignKey(a => a.OrganizationId).OnDelete(DeleteBehavior.Cascade);
    }
}
