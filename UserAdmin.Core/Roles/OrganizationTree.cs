using System.Collections.Frozen;

namespace UserAdmin.Core.Roles;

public sealed record OrganizationNode(Guid Id, Guid? ParentId, string Name, bool IsActive);

/// <summary>How the organizations hang together, for questions that must not cost a query.</summary>
public sealed class OrganizationTree(IEnumerable<OrganizationNode> nodes)
{
    private readonly FrozenDictionary<Guid, OrganizationNode> byId = nodes.ToFrozenDictionary(node => node.Id);

    public static OrganizationTree Empty { get; } = new([]);

    public OrganizationNode? Find(Guid id) => byId.GetValueOrDefault(id);

    /// <summary>The organization, then those above it; nothing for one that doesn't exist.</summary>
    public IEnumerable<Guid> UpFrom(Guid id)
    {
        for (var node = byId.GetValueOrDefault(id); node is not null; node = node.ParentId is { } parent ? byId.GetValueOrDefault(parent) : null)
            yield return node.Id;
    }

    /// <summary>Neither it nor one above it is deactivated or deleted.</summary>
    public bool IsInForce(Guid id) => byId.ContainsKey(id) && UpFrom(id).All(above => byId[above].IsActive);
}
