using UserAdmin.Core.Organizations;

namespace UserAdmin.Core.Seeding;

/// <summary>Makes up companies with departments and sites, and who belongs to them: most people to one, few to two, some to none. Rows come in the order of their keys.</summary>
internal sealed class DemoOrganizations(int count, IReadOnlyCollection<string> takenNames, DateTimeOffset now, Random random)
{
    private const int Levels = 5;

    private static readonly string[] Companies = ["Northwind", "Harbour", "Juniper", "Meridian", "Lighthouse", "Granite", "Willow", "Summit", "Compass", "Orchard", "Falcon", "Cedar"];
    private static readonly string[] Trades = ["Logistics", "Foods", "Energy", "Software", "Textiles", "Pharma", "Mobility", "Insurance", "Press", "Instruments"];
    private static readonly string[] Parts = ["Sales", "Finance", "People", "Research", "Production", "Service", "Purchasing", "Quality", "Legal", "Marketing", "Plant", "Warehouse"];
    private static readonly string[] TeamNames = ["Night shift", "Key accounts", "Onboarding", "Tools", "Audit preparation", "Pilot project"];

    private readonly List<(Organization Organization, int[] Above)> made = [];

    public IReadOnlyList<Organization> Organizations => made.ConvertAll(one => one.Organization);

    /// <summary>About one company in forty organizations; the others stand below one that is there already.</summary>
    public IEnumerable<Organization> Make()
    {
        var names = new HashSet<(Guid?, string)>(takenNames.Select(name => ((Guid?)null, name)));
        for (var i = 0; i < count; i++)
        {
            int? above = i % 40 == 0 ? null : Parent();
            var organization = Create(above is { } place ? made[place].Organization.Id : null, names);
            made.Add((organization, above is { } at ? [.. made[at].Above, at] : []));
            yield return organization;
        }
    }

    public IEnumerable<OrganizationPath> Paths() => made.SelectMany((one, place) => one.Above.Append(place).Select((above, depth) =>
        new OrganizationPath { AncestorId = made[above].Organization.Id, OrganizationId = one.Organization.Id, Depth = one.Above.Length - depth }));

    public IEnumerable<Membership> Members(IReadOnlyList<DemoPerson> people)
    {
        var members = new List<(int Place, int Person)>(people.Count);
        for (var person = 0; person < people.Count && made.Count > 0; person++)
        {
            // A square makes some organizations large.
            int Place() => (int)(made.Count * Math.Pow(random.NextDouble(), 2));
            if (random.Next(12) == 0)
                continue;
            var first = Place();
            members.Add((first, person));
            if (random.Next(25) == 0 && Place() is var second && second != first)
                members.Add((second, person));
        }
        return members.OrderBy(member => made[member.Place].Organization.Id).Select(member => new Membership
        {
            OrganizationId = made[member.Place].Organization.Id,
            UserId = people[member.Person].Id,
            JoinedAt = people[member.Person].CreatedAt,
        });
    }

    /// <summary>A team for every third organization, with a few of its members, the first of whom leads it.</summary>
    public IEnumerable<(Team Team, IReadOnlyList<TeamMember> Members)> Teams(IEnumerable<Membership> members)
    {
        var place = 0;
        foreach (var group in members.GroupBy(member => member.OrganizationId).Where(_ => place++ % 3 == 0))
        {
            var name = TeamNames[random.Next(TeamNames.Length)];
            var chosen = group.Take(2 + random.Next(6)).ToList();
            var team = new Team { OrganizationId = group.Key, Name = name, NormalizedName = OrganizationForm.NormalizedNameOf(name), LeadId = chosen[0].UserId, CreatedAt = now, UpdatedAt = now };
            yield return (team, chosen.ConvertAll(member => new TeamMember { TeamId = team.Id, UserId = member.UserId, AddedAt = now }));
        }
    }

    private int Parent()
    {
        while (true)
        {
            // Rather a recent one, so that companies stay together.
            var place = made.Count - 1 - (int)(Math.Min(made.Count, 60) * Math.Pow(random.NextDouble(), 2));
            if (made[place].Above.Length < Levels - 1)
                return place;
        }
    }

    private Organization Create(Guid? parentId, HashSet<(Guid?, string)> names)
    {
        var name = parentId is null ? $"{Companies[random.Next(Companies.Length)]} {Trades[random.Next(Trades.Length)]}" : Parts[random.Next(Parts.Length)];
        var (free, number) = (name, 1);
        while (!names.Add((parentId, OrganizationForm.NormalizedNameOf(free))))
            free = $"{name} {++number}";
        return new() { ParentId = parentId, Name = free, NormalizedName = OrganizationForm.NormalizedNameOf(free), CreatedAt = now, UpdatedAt = now };
    }
}
