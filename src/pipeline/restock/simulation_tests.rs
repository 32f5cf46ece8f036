use super::*;

/// What makes an ordinary product a special one.
type Change = fn(&mut Item);

fn item() -> Item {
    Item {
        sellable: Some(100.0),
        windows: [
            (Some(70.0), Some(7.0), 0.5),
            (Some(300.0), Some(30.0), 0.3),
            (None, None, 0.2),
        ],
        lead_buy: Some(20),
        lead_ship: Some(5),
        supply_min: 30.0,
        supply_max: 45.0,
        carton: Some(24.0),
        service_z: 1.645,
        ..Item::default()
    }
}

fn inbound(units: f64, day: Option<usize>) -> Lot {
    Lot {
        kind: LotKind::Inbound,
        units,
        day,
    }
}

#[test]
fn velocity_counts_days_in_stock_and_blends_what_is_known() {
    let mut item = item();
    item.windows = [
        (Some(20.0), Some(4.0), 0.5),
        (Some(300.0), Some(30.0), 0.3),
        (Some(5.0), Some(0.0), 0.2),
    ];
    let plan = plan(&item);
    assert_eq!(plan.velocities, [Some(5.0), Some(10.0), None]);
    assert!((plan.velocity.unwrap() - (2.5 + 3.0) / 0.8).abs() < 1e-9);
}

#[test]
fn stock_runs_out_on_the_day_it_cannot_serve() {
    // 10 a day: 100 last ten days, day 10 cannot be served.
    let mut item = item();
    assert_eq!(
        (plan(&item).stock_out, plan(&item).supply_sellable),
        (Some(10), Some(10.0))
    );
    // 50 more on day 12: out on 10 and 11, back on 12 for five days.
    item.lots = vec![inbound(50.0, Some(12))];
    let plan = plan(&item);
    assert_eq!((plan.stock_out, plan.back), (Some(10), Some(12)));
    assert_eq!((plan.out_days, plan.lost), (Some(180 - 15), Some(1650.0)));
    assert_eq!(plan.supply_at_arrival, Some(5.0));
}

#[test]
fn quantities_fill_to_the_longest_supply_in_cartons() {
    let mut item = item();
    // On day 5, 50 are left and 450 are wanted: 400, in cartons of 24 are 408.
    item.lots = vec![Lot {
        kind: LotKind::Elsewhere,
        units: 250.0,
        day: None,
    }];
    let found = plan(&item);
    assert_eq!((found.ship_need, found.ship), (Some(408.0), Some(240.0)));
    // On day 25 what was elsewhere has sold out too (100 + 250 - 250 = 100 left): 350, in cartons 360.
    assert_eq!(found.buy, Some(360.0));
    assert_eq!(found.status, Status::ShipNow);
    assert_eq!((found.last_ship, found.last_buy), (Some(5), Some(35 - 25)));
    item.moq = 500.0;
    assert_eq!(plan(&item).buy, Some(504.0));
}

#[test]
fn the_status_says_what_is_urgent() {
    let cases: [(&str, Change); 8] = [
        ("unknown", |item| item.sellable = None),
        ("unknown", |item| item.windows = [(None, None, 1.0); 3]),
        ("no_sales", |item| {
            item.windows = [(Some(0.0), Some(7.0), 1.0); 3];
        }),
        ("out_of_stock", |item| item.sellable = Some(3.0)),
        ("too_late", |item| item.sellable = Some(40.0)),
        ("buy_now", |item| item.sellable = Some(300.0)),
        ("ok", |item| {
            (item.sellable, item.lead_buy) = (Some(450.0), Some(0));
        }),
        ("overstock", |item| item.sellable = Some(900.0)),
    ];
    for (status, change) in cases {
        let mut item = item();
        change(&mut item);
        assert_eq!(plan(&item).status.as_str(), status);
    }
}

#[test]
fn seasons_change_demand_and_safety_comes_off_the_dates() {
    let mut item = item();
    item.factors = vec![2.0; HORIZON];
    item.safety_days = 3.0;
    let plan = plan(&item);
    assert_eq!((plan.stock_out, plan.safety_stock), (Some(5), Some(30.0)));
    assert_eq!(plan.last_ship, Some(5 - 3 - 5));
}
