using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Data;

public sealed class DataProtectionKey
{
    public int Id { get; init; }
    public string Name { get; init; } = "";
    public string Xml { get; init; } = "";
}

/// <summary>The key ring in the database, so that every server reads every server's cookies, encrypted with the master key, which is elsewhere.</summary>
public sealed class DatabaseKeyRing(TenantDatabases databases, IOptions<DatabaseSettings> database, MasterKey masterKey) : IXmlRepository, IConfigureOptions<KeyManagementOptions>
{
    public void Configure(KeyManagementOptions options) => (options.XmlRepository, options.XmlEncryptor) = (this, new MasterKeyEncryptor(masterKey));

    /// <summary>Why the ring can't be used, in a line for whoever starts the server; null when it can.</summary>
    public string? FindProblem()
    {
        if (masterKey.FindProblem() is { } problem)
            return problem;
        return GetAllElements().SelectMany(key => key.Descendants(MasterKeyEncryptor.Element)).Any(secret => !masterKey.CanDecrypt(secret.Value))
            ? "The key ring in the database was encrypted with another master key. Give this server the same UserAdmin:Keys:MasterKey, or the same file, as the one that made it."
            : null;
    }

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var db = databases.Open(Tenant.Host(database.Value));
        return [.. db.DataProtectionKeys.AsNoTracking().Select(key => key.Xml).AsEnumerable().Select(XElement.Parse)];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var db = databases.Open(Tenant.Host(database.Value));
        db.DataProtectionKeys.Add(new() { Name = friendlyName, Xml = element.ToString(SaveOptions.DisableFormatting) });
        db.SaveChanges();
    }
}
