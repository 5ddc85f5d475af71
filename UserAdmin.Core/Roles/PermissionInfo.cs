using System.Collections.Frozen;
using System.Reflection;

namespace UserAdmin.Core.Roles;

[AttributeUsage(AttributeTargets.Field)]
internal sealed class PermissionAttribute(string code, string title, string description, PermissionScope scope = PermissionScope.System) : Attribute
{
    public PermissionInfo Of(Permission permission) => new(permission, code, title, description, scope);
}

/// <summary>What people are told of a permission. The part of the code before the point names its module.</summary>
public sealed record PermissionInfo(Permission Permission, string Code, string Title, string Description, PermissionScope Scope)
{
    private static readonly FrozenDictionary<Permission, PermissionInfo> ByValue = Enum.GetValues<Permission>()
        .Select(value => typeof(Permission).GetField(value.ToString())!.GetCustomAttribute<PermissionAttribute>()!.Of(value)).ToFrozenDictionary(info => info.Permission);

    private static readonly FrozenDictionary<string, PermissionInfo> ByCode = ByValue.Values.ToFrozenDictionary(info => info.Code, StringComparer.Ordinal);

    /// <summary>In the order in which they are declared.</summary>
    public static IReadOnlyList<PermissionInfo> All { get; } = [.. ByValue.Values.OrderBy(info => info.Permission)];

    public string Module => Code[..Code.IndexOf('.', StringComparison.Ordinal)];

    public string Action => Code[(Code.IndexOf('.', StringComparison.Ordinal) + 1)..];

    /// <summary>The module in words: "Access requests".</summary>
    public string ModuleTitle => char.ToUpperInvariant(Module[0]) + Module[1..].Replace('_', ' ');

    /// <summary>Those there are in a tenant: managing tenants is of the first one only.</summary>
    public static IEnumerable<PermissionInfo> In(Tenants.Tenant tenant) => All.Where(info => tenant.IsHost || info.Permission != Permission.TenantsManage);

    /// <summary>Whether each word occurs in its code, title or description.</summary>
    public bool Matches(string? search) => (search ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).All(word => $"{Code} {Title} {Description}".Contains(word, StringComparison.OrdinalIgnoreCase));

    public static PermissionInfo Of(Permission permission) => ByValue[permission];

    public static PermissionInfo? Find(string code) => ByCode.GetValueOrDefault(code);
}

public static class PermissionCodes
{
    extension(Permission permission)
    {
        public string Code => PermissionInfo.Of(permission).Code;
    }
}
