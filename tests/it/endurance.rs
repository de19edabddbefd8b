//! Workers carry out what is due while everything around them is killed again and again: the services, the workers,
//! PostgreSQL (P1, P4).
//!
//! `GRATITUDE_ENDURANCE_GESTURES=20000 cargo test --test it endurance -- --nocapture` makes a long run of it.

use std::{
    collections::{BTreeMap, HashMap},
    env,
    sync::{Arc, Mutex},
    time::Duration,
};

use gratitude::proto::v1::{
    self, Channel, ClaimGesturesRequest, CompleteGestureRequest, CreateCustomerRequest, Customer, Gesture,
    GestureContent, GestureKind, ListGesturesRequest, ScheduleGestureRequest, StartDeliveryItem, StartDeliveryRequest,
    complete_gesture_request::Authority, customer_service_client::CustomerServiceClient, gesture,
    gesture_service_client::GestureServiceClient,
};
use tokio::{task::JoinSet, time::sleep};
use tonic::{Code, Status, transport};
use uuid::Uuid;

use crate::support::{
    binary::Serving,
    database::{Database, Engine},
    postgres,
    shop::{SHOP, open_shop},
};

const WORKERS: u64 = 4;
/// What a worker takes at once.
const ARMFUL: i32 = 20;
/// Long enough for an armful, short enough that what dead workers had lapses while the test runs.
const LEASE: Duration = Duration::from_secs(2);
/// Between two kills.
const PEACE: Duration = Duration::from_millis(700);
const PAUSE: Duration = Duration::from_millis(50);

fn gestures_wanted() -> usize {
    let wanted = env::var("GRATITUDE_ENDURANCE_GESTURES").ok();
    wanted.map_or(300, |text| text.parse().expect("GRATITUDE_ENDURANCE_GESTURES is a number"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p1_p4_two_services_on_one_postgres_are_killed_and_it_too_and_nothing_is_carried_out_twice() {
    let mut database = match postgres::server().await {
        Ok(server) => server,
        Err(postgres::Missing) => {
            // Says so, or fails where CI is set.
            assert!(Database::new(Engine::Postgres).await.is_none(), "the programs are there after all");
            return;
        }
    };
    let url = database.url("gratitude");
    let mut services = vec![Serving::start(&url, &[])];
    services.push(Serving::start(&url, &[]));
    let stage = Stage::set(&services).await;
    let crew = stage.send_in_workers();
    let mut kills = 0;
    for round in 0.. {
        if stage.is_done(&services[0]).await {
            break;
        }
        sleep(PEACE).await;
        kills += 1;
        if round % 4 == 3 {
            tokio::task::block_in_place(|| database.kill_and_start_again());
        }
        let at = round % services.len();
        let address = services[at].address.to_string();
        services.remove(at).kill();
        services.insert(at, Serving::start_at(&address, &url, &[]));
    }
    stage.settle(crew, &services[0], kills).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p1_p4_one_service_on_sqlite_is_killed_and_nothing_is_carried_out_twice() {
    let database = Database::new(Engine::Sqlite).await.expect("SQLite is always there");
    let mut service = Serving::start(&database.url, &[]);
    let stage = Stage::set(std::slice::from_ref(&service)).await;
    let crew = stage.send_in_workers();
    let mut kills = 0;
    while !stage.is_done(&service).await {
        sleep(PEACE).await;
        kills += 1;
        let address = service.address.to_string();
        service.kill();
        service = Serving::start_at(&address, &database.url, &[]);
    }
    stage.settle(crew, &service, kills).await;
}

/// Where what is carried out arrives: it recognises nothing and counts everything.
type FarSide = Mutex<HashMap<String, u32>>;

struct Stage {
    gestures: usize,
    services: Vec<String>,
    far_side: Arc<FarSide>,
    over: tokio_util::sync::CancellationToken,
}

impl Stage {
    /// Makes one gesture each for as many customers: something to hand over, which needs neither consent nor hours.
    async fn set(services: &[Serving]) -> Self {
        let stage = Self {
            gestures: gestures_wanted(),
            services: services.iter().map(Serving::url).collect(),
            far_side: Arc::default(),
            over: tokio_util::sync::CancellationToken::new(),
        };
        let channel = connect(&stage.services[0]).await.expect("it listens");
        open_shop(channel.clone()).await;
        let mut planned = JoinSet::new();
        for clerk in 0..16 {
            let (channel, gestures) = (channel.clone(), stage.gestures);
            planned.spawn(async move {
                for number in (clerk..gestures).step_by(16) {
                    plan(channel.clone(), number).await.expect("nothing speaks against it");
                }
            });
        }
        planned.join_all().await;
        stage
    }

    fn send_in_workers(&self) -> JoinSet<()> {
        let mut crew = JoinSet::new();
        for seed in 0..WORKERS {
            let worker = Worker {
                name: format!("worker-{seed}"),
                services: self.services.clone(),
                far_side: Arc::clone(&self.far_side),
                over: self.over.clone(),
                dice: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
            };
            crew.spawn(worker.work());
        }
        crew
    }

    /// Whether nothing is planned or on its way any more.
    async fn is_done(&self, service: &Serving) -> bool {
        let Ok(channel) = connect(&service.url()).await else { return false };
        let filter = "gesture.state = SCHEDULED OR gesture.state = CLAIMED OR gesture.state = DELIVERING";
        let request = ListGesturesRequest { filter: filter.to_owned(), page_size: 1, ..ListGesturesRequest::default() };
        let reply = GestureServiceClient::new(channel).list_gestures(request).await;
        reply.is_ok_and(|reply| reply.into_inner().gestures.is_empty())
    }

    /// Sends the workers home and adds up.
    ///
    /// A worker leaves its armful where it is when its call fails, as one that dies does: what one kill leaves
    /// uncertain is what all of them had in their hands at most.
    async fn settle(self, crew: JoinSet<()>, service: &Serving, kills: usize) {
        self.over.cancel();
        crew.join_all().await;
        let arrived = self.far_side.lock().expect("nobody panicked").clone();
        let twice: Vec<_> = arrived.iter().filter(|(_, times)| **times > 1).collect();
        assert!(twice.is_empty(), "carried out twice: {twice:?}");

        let mut states: BTreeMap<gesture::State, usize> = BTreeMap::new();
        for gesture in all_gestures(service).await {
            *states.entry(gesture.state()).or_default() += 1;
            match gesture.state() {
                gesture::State::Completed => assert!(arrived.contains_key(&gesture.name), "never arrived: {gesture:?}"),
                gesture::State::Uncertain => assert_eq!(gesture.state_reason(), v1::Reason::LeaseLapsed),
                other => panic!("{other:?}: {gesture:?}"),
            }
        }
        eprintln!("{} gestures, {kills} kills: {states:?}, {} arrived", self.gestures, arrived.len());
        assert_eq!(states.values().sum::<usize>(), self.gestures, "the count adds up: {states:?}");
        let uncertain = states.get(&gesture::State::Uncertain).copied().unwrap_or_default();
        assert!(arrived.len() <= self.gestures && arrived.len() + uncertain >= self.gestures);
        let in_their_hands = usize::try_from(WORKERS).expect("a few") * usize::try_from(ARMFUL).expect("a few");
        assert!(uncertain <= (kills + 1) * in_their_hands, "{uncertain} are uncertain after {kills} kills");
    }
}

struct Worker {
    name: String,
    services: Vec<String>,
    far_side: Arc<FarSide>,
    over: tokio_util::sync::CancellationToken,
    dice: u64,
}

impl Worker {
    /// Claims, starts, carries out and completes, until told to go home. Whatever fails is left where it is.
    async fn work(mut self) {
        while !self.over.is_cancelled() {
            // A service may be gone, or gone in the middle of it: that is what this is about.
            if self.carry_out_an_armful().await.is_err() {
                sleep(PAUSE).await;
            }
        }
    }

    async fn carry_out_an_armful(&mut self) -> Result<(), Status> {
        let mut client = GestureServiceClient::new(self.anybody().await?);
        let claim = ClaimGesturesRequest {
            worker: self.name.clone(),
            max_count: ARMFUL,
            lease_duration: Some(LEASE.try_into().expect("seconds")),
            request_id: Uuid::new_v4().to_string(),
            ..ClaimGesturesRequest::default()
        };
        let claimed = client.claim_gestures(claim).await?.into_inner().gestures;
        if claimed.is_empty() || self.dies() {
            sleep(PAUSE).await;
            return Ok(());
        }
        let items: Vec<_> = claimed
            .iter()
            .map(|claimed| StartDeliveryItem {
                name: claimed.gesture.as_ref().expect("claimed").name.clone(),
                lease_token: claimed.lease_token,
            })
            .collect();
        // Without an answer nothing may be sent: what was started all the same becomes uncertain.
        let request = StartDeliveryRequest { items: items.clone() };
        let started = client.start_delivery(request).await?.into_inner().results;
        for (item, result) in items.into_iter().zip(started) {
            if result.error.is_some() {
                continue;
            }
            *self.far_side.lock().expect("nobody panicked").entry(item.name.clone()).or_default() += 1;
            if self.dies() {
                return Ok(());
            }
            self.complete(item).await;
        }
        Ok(())
    }

    /// Says so until somebody hears it, or will not.
    async fn complete(&mut self, item: StartDeliveryItem) {
        loop {
            let request = CompleteGestureRequest {
                name: item.name.clone(),
                authority: Some(Authority::LeaseToken(item.lease_token)),
                ..CompleteGestureRequest::default()
            };
            let said = match self.anybody().await {
                Ok(channel) => GestureServiceClient::new(channel).complete_gesture(request).await.map(drop),
                Err(status) => Err(status),
            };
            match said.map_err(|status| status.code()) {
                Err(Code::Unavailable | Code::Unknown | Code::Cancelled | Code::DeadlineExceeded | Code::Internal) => {
                    sleep(PAUSE).await;
                }
                Ok(()) => return,
                Err(code) => panic!("the last token's answer is always taken: {code:?}"),
            }
        }
    }

    /// One of the services that answers now.
    async fn anybody(&mut self) -> Result<transport::Channel, Status> {
        let services = u64::try_from(self.services.len()).expect("a few");
        let at = usize::try_from(self.throw() % services).expect("a few");
        connect(&self.services[at]).await
    }

    /// One in fifty times a worker is killed: it stops where it is, and comes back without memory.
    fn dies(&mut self) -> bool {
        self.throw().is_multiple_of(50)
    }

    /// Xorshift: the same throws in every run, as far as the workers' order goes.
    fn throw(&mut self) -> u64 {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        self.dice
    }
}

async fn connect(url: &str) -> Result<transport::Channel, Status> {
    let endpoint = transport::Channel::from_shared(url.to_owned()).expect("a URL");
    endpoint.connect().await.map_err(|error| Status::unavailable(error.to_string()))
}

async fn plan(channel: transport::Channel, number: usize) -> Result<(), Status> {
    let customer = Customer { display_name: format!("Customer {number}"), ..Customer::default() };
    let request = CreateCustomerRequest { customer: Some(customer), ..CreateCustomerRequest::default() };
    let made = CustomerServiceClient::new(channel.clone()).create_customer(request).await?.into_inner();
    let gesture = Gesture {
        customer: made.customer.expect("made").name,
        kind: GestureKind::Note.into(),
        channel: Channel::HandOver.into(),
        location: SHOP.to_owned(),
        content: Some(GestureContent { text: "It was good to see you.".to_owned(), ..GestureContent::default() }),
        ..Gesture::default()
    };
    let request = ScheduleGestureRequest { gesture: Some(gesture), ..ScheduleGestureRequest::default() };
    GestureServiceClient::new(channel).schedule_gesture(request).await.map(drop)
}

async fn all_gestures(service: &Serving) -> Vec<Gesture> {
    let mut client = GestureServiceClient::new(connect(&service.url()).await.expect("it listens"));
    let mut found = Vec::new();
    let mut request = ListGesturesRequest { page_size: 500, ..ListGesturesRequest::default() };
    loop {
        let page = client.list_gestures(request.clone()).await.expect("a page").into_inner();
        found.extend(page.gestures);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return found;
        }
    }
}
