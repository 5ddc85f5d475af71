using System.Collections.Frozen;

namespace UserAdmin.Core.Roles;

/// <summary>Where a permission reaches: everywhere or in the organizations below the granted ones, but in none below the denied ones.</summary>
public sealed record Reach(bool IsEverywhere, IReadOnlyList<Guid> Granted, IReadOnlyList<Guid> Denied)
{
    /// <summary>It reaches everybody; figures of the whole portal are for those alone.</summary>
    public bool IsUnlimited => IsEverywhere && Denied.Count == 0;

    /// <summary>The same for the same reach: what was counted within one is never shown within another.</summary>
    internal string Key => $"{IsEverywhere}|{string.Join(',', Granted.Order())}|{string.Join(',', Denied.Order())}";
}

/// <summary>
/// What somebody may do, worked out from their role assignments: the one answer to "may they" that pages, services, endpoints and jobs ask.
/// A denial wins: one held everywhere counts in every organization, one held in an organization there and below.
/// </summary>
public sealed class Access
{
    private readonly FrozenSet<Permission> everywhere;
    private readonly FrozenDictionary<Guid, Rights> inOrganizations;
    private readonly OrganizationTree tree;

    internal Access(FrozenSet<Permission> everywhere, FrozenDictionary<Guid, Rights> inOrganizations, OrganizationTree tree) =>
        (this.everywhere, this.inOrganizations, this.tree) = (everywhere, inOrganizations, tree);

    public static Access None { get; } = Of([]);

    public static Access Everything { get; } = Of(Enum.GetValues<Permission>());

    /// <summary>When an assignment begins or ends next; null when none will.</summary>
    public DateTimeOffset? ChangesAt { get; internal init; }

    /// <summary>What belongs to switched-off features: it is held, but counts for nothing. <see cref="Covers"/> looks at what is held, because a feature may be switched on again.</summary>
    internal FrozenSet<Permission> Closed { get; init; } = [];

    /// <summary>The permissions that are held everywhere.</summary>
    public FrozenSet<Permission> Everywhere => everywhere;

    /// <summary>The organizations in which something more, or less, may be done than everywhere.</summary>
    public IEnumerable<Guid> Organizations => inOrganizations.Keys;

    /// <summary>Holds more than what everybody with an account may do.</summary>
    public bool IsPrivileged => inOrganizations.Values.Any(rights => rights.Granted.Count > 0) || !everywhere.IsSubsetOf(SystemRoles.EndUser.Grants);

    public static Access Of(IEnumerable<Permission> everywhere) => new(everywhere.ToFrozenSet(), FrozenDictionary<Guid, Rights>.Empty, OrganizationTree.Empty);

    public bool Can(Permission permission) => everywhere.Contains(permission) && !Closed.Contains(permission);

    public bool CanIn(Guid organizationId, Permission permission) => !Closed.Contains(permission) && HoldsIn(organizationId, permission);

    private bool HoldsIn(Guid organizationId, Permission permission)
    {
        var isGranted = everywhere.Contains(permission);
        if (inOrganizations.Count == 0)
            return isGranted;
        foreach (var id in tree.UpFrom(organizationId))
            if (inOrganizations.TryGetValue(id, out var rights))
            {
                if (rights.Denied.Contains(permission))
                    return false;
                isGranted |= rights.Granted.Contains(permission);
            }
        return isGranted;
    }

    /// <summary>In this organization or, without one, everywhere.</summary>
    public bool CanAt(Guid? organizationId, Permission permission) => organizationId is { } id ? CanIn(id, permission) : Can(permission);

    public bool CanSomewhere(Permission permission) =>
        !Closed.Contains(permission) && (everywhere.Contains(permission) || inOrganizations.Values.Any(rights => rights.Granted.Contains(permission)));

    public Reach ReachOf(Permission permission) => Closed.Contains(permission) ? new(false, [], []) : new(
        everywhere.Contains(permission),
        [.. inOrganizations.Where(held => held.Value.Granted.Contains(permission)).Select(held => held.Key)],
        [.. inOrganizations.Where(held => held.Value.Denied.Contains(permission)).Select(held => held.Key)]);

    /// <summary>Whether the permission reaches somebody who belongs to these organizations, as lists ask it of many in the database.</summary>
    public bool Reaches(IReadOnlyCollection<Guid> organizations, Permission permission)
    {
        var held = organizations.SelectMany(tree.UpFrom).Select(id => inOrganizations.GetValueOrDefault(id)).OfType<Rights>().ToList();
        return (everywhere.Contains(permission) || held.Any(rights => rights.Granted.Contains(permission))) && !held.Any(rights => rights.Denied.Contains(permission));
    }

    /// <summary>Whether everything the other may do this one may do as well: nobody acts on, or hands out, more than they hold (E05).</summary>
    public bool Covers(Access other) =>
        other.everywhere.IsSubsetOf(everywhere)
        && other.inOrganizations.All(held => held.Value.Granted.All(permission => !other.HoldsIn(held.Key, permission) || HoldsIn(held.Key, permission)));

    /// <summary>As much of it as counts where this permission is held, too: what somebody may take out is what they see where they may take something out.</summary>
    public Access WhereHeld(Permission permission)
    {
        if (Can(permission) && !inOrganizations.Values.Any(rights => rights.Denied.Contains(permission)))
            return this;
        var local = PermissionInfo.All.Where(info => info.Scope == PermissionScope.Organization).Select(info => info.Permission).ToFrozenSet();
        var inside = inOrganizations.Select(held => KeyValuePair.Create(held.Key, new Rights(
            CanIn(held.Key, permission) ? local.Where(other => HoldsIn(held.Key, other)).ToFrozenSet() : [],
            held.Value.Denied.Contains(permission) ? local : held.Value.Denied))).ToFrozenDictionary();
        return new(Can(permission) ? everywhere : [], inside, tree) { Closed = Closed, ChangesAt = ChangesAt };
    }

    /// <summary>As much of it as a token may use.</summary>
    public Access LimitedTo(FrozenSet<Permission> permissions) => new(
        everywhere.Where(permissions.Contains).ToFrozenSet(),
        inOrganizations.ToFrozenDictionary(held => held.Key, held => held.Value with { Granted = held.Value.Granted.Where(permissions.Contains).ToFrozenSet() }),
        tree)
    { Closed = Closed, ChangesAt = ChangesAt };

    public bool IsSameAs(Access other) =>
        everywhere.SetEquals(other.everywhere) && Closed.SetEquals(other.Closed) && inOrganizations.Count == other.inOrganizations.Count
        && inOrganizations.All(held => other.inOrganizations.TryGetValue(held.Key, out var rights) && rights.Granted.SetEquals(held.Value.Granted) && rights.Denied.SetEquals(held.Value.Denied));
}

/// <summary>What one role, or all roles held in one place, say together.</summary>
internal sealed record Rights(FrozenSet<Permission> Granted, FrozenSet<Permission> Denied)
{
    public static Rights None { get; } = new(FrozenSet<Permission>.Empty, FrozenSet<Permission>.Empty);
}
