using System.Collections.Frozen;
using Microsoft.AspNetCore.Identity;

namespace UserAdmin.Core.Roles;

public sealed class Role : IdentityRole<Guid>
{
    /// <summary>The role that may do everything; it is part of every installation and never empty.</summary>
    public static readonly Guid AdministratorId = new("01900000-0000-7000-8000-000000000001");

    /// <summary>Its members need a second factor; the policy says how long they have to set one up.</summary>
    public bool RequiresSecondFactor { get; private set; }

    /// <summary>Since when; null when it doesn't require one.</summary>
    public DateTimeOffset? SecondFactorRequiredAt { get; private set; }

    public void RequireSecondFactor(bool isRequired, DateTimeOffset now) =>
        (RequiresSecondFactor, SecondFactorRequiredAt) = (isRequired, isRequired ? SecondFactorRequiredAt ?? now : null);

    public static FrozenSet<Permission> PermissionsOf(bool administrator) =>
        administrator ? Common.Actor.System.Permissions : FrozenSet<Permission>.Empty;
}
